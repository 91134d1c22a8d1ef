#include "cluster/rank_workers.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/byte_archive.h"
#include "base/cancel.h"
#include "base/error.h"

namespace thalweg {

template <class Archive>
void VisitMembers(Archive& archive, FieldError& error) {
  archive(error.field, error.message);
}

namespace {

// How often a wait looks whether the user has cancelled, and how often progress is told.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::chrono::milliseconds kBetweenUpdates{100};

// What is said between rank 0 and the others: a word, a lane of the other rank, and what belongs to
// the word.
enum class Word : uint64_t {
  // From rank 0.
  kTask,  // text
  kCancel,
  kEnd,
  // To rank 0.
  kLanes,   // lane stands for their number
  kUpdate,  // fraction, text
  kNote,    // text
  kWarn,    // text
  kDone,    // text
  kFields,  // text: FieldErrors
  kFailed,  // FailureKind, text
  kEnded
};

struct Said {
  Word word = Word::kEnd;
  uint64_t lane = 0;
  double fraction = 0;
  FailureKind kind = FailureKind::kInternalError;
  std::string text = {};

  std::string Bytes() const { return Packed(*this); }
  static Said From(const std::string& bytes) {
    return Unpacked<Said>(bytes, "a message of a rank");
  }
};

template <class Archive>
void VisitMembers(Archive& archive, Said& said) {
  archive(said.word, said.lane, said.fraction, said.kind, said.text);
}

[[noreturn]] void Throw(const Said& failure) {
  if (failure.word == Word::kFields) {
    throw FieldErrors(Unpacked<std::vector<FieldError>>(failure.text, "a rank's errors"));
  }
  switch (failure.kind) {
    case FailureKind::kUserError:
      throw UserError(failure.text);
    case FailureKind::kMemoryError:
      throw MemoryError(failure.text);
    case FailureKind::kCancelled:
      throw Cancelled();
    default:
      throw std::runtime_error(failure.text);
  }
}

}  // namespace

struct RankWorkers::State {
  struct Lane {
    int rank = 0;
    uint64_t number = 0;       // of the lanes of its rank
    std::deque<Said> to_hear;  // progress, and at last how it ended
  };

  explicit State(Communicator& all) : ranks(all) {
    for (int rank = 1; rank < ranks.size(); ++rank) {
      const Said hello = Said::From(ranks.Receive(rank));
      for (uint64_t i = 0; i < hello.lane; ++i) lanes.push_back({rank, i, {}});
    }
    for (int rank = 1; rank < ranks.size(); ++rank) {
      listeners.emplace_back([this, rank] { Listen(rank); });
    }
  }

  void Listen(int rank) {
    try {
      for (;;) {
        Said said = Said::From(ranks.Receive(rank));
        std::lock_guard lock(mutex);
        if (said.word == Word::kEnded && !ending) {
          throw RankFailure(rank, "it works no more", FailureKind::kInternalError);
        }
        if (said.word == Word::kEnded) return;
        for (Lane& lane : lanes) {
          if (lane.rank == rank && lane.number == said.lane) lane.to_hear.push_back(said);
        }
        changed.notify_all();
      }
    } catch (...) {
      Fail(std::current_exception());
    }
  }

  void Fail(const std::exception_ptr& error) {
    std::lock_guard lock(mutex);
    if (!failure) failure = error;
    changed.notify_all();
  }

  Communicator& ranks;
  std::vector<Lane> lanes;
  std::mutex mutex;
  std::condition_variable changed;
  bool ending = false;
  std::exception_ptr failure;  // the ranks do not work together any more
  std::vector<std::thread> listeners;
};

RankWorkers::RankWorkers(Communicator* ranks) {
  if (ranks == nullptr || ranks->size() == 1) return;
  Check(ranks->rank() == 0, "rank 0 gives the work");
  state_ = std::make_unique<State>(*ranks);
}

RankWorkers::~RankWorkers() {
  if (!state_) return;
  {
    std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  for (int rank = 1; rank < state_->ranks.size(); ++rank) {
    state_->ranks.Send(rank, Said{.word = Word::kEnd}.Bytes());
  }
  for (std::thread& listener : state_->listeners) listener.join();
}

size_t RankWorkers::lanes() const { return state_ ? state_->lanes.size() : 0; }

std::string RankWorkers::Run(size_t number, const std::string& task, const WorkContext& context) {
  State::Lane& lane = state_->lanes[number];
  const auto say = [&](Word word, const std::string& text) {
    state_->ranks.Send(lane.rank, Said{.word = word, .lane = lane.number, .text = text}.Bytes());
  };
  say(Word::kTask, task);
  bool told = false;
  std::unique_lock lock(state_->mutex);
  for (;;) {
    state_->changed.wait_for(lock, kLook, [&] { return !lane.to_hear.empty() || state_->failure; });
    if (state_->failure) std::rethrow_exception(state_->failure);
    if (!told && context.cancelled()) {
      say(Word::kCancel, "");
      told = true;
    }
    if (lane.to_hear.empty()) continue;
    const Said said = std::move(lane.to_hear.front());
    lane.to_hear.pop_front();
    if (said.word == Word::kDone) return said.text;
    if (said.word == Word::kFailed || said.word == Word::kFields) Throw(said);
    if (context.progress == nullptr) continue;
    lock.unlock();
    if (said.word == Word::kUpdate) context.progress->Update({said.fraction, said.text});
    if (said.word == Word::kNote) context.progress->Note(said.text);
    if (said.word == Word::kWarn) context.progress->Warn(said.text);
    lock.lock();
  }
}

namespace {

class TaskListener : public ProgressListener {
 public:
  TaskListener(Communicator& ranks, uint64_t lane) : ranks_(ranks), lane_(lane) {}
  void Update(const ProgressUpdate& update) override {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + kBetweenUpdates;
    Say({.word = Word::kUpdate,
         .lane = lane_,
         .fraction = update.fraction,
         .text = update.message});
  }
  void Note(const std::string& text) override {
    Say({.word = Word::kNote, .lane = lane_, .text = text});
  }
  void Warn(const std::string& text) override {
    Say({.word = Word::kWarn, .lane = lane_, .text = text});
  }

 private:
  void Say(const Said& said) { ranks_.Send(0, said.Bytes()); }
  Communicator& ranks_;
  const uint64_t lane_;
  std::chrono::steady_clock::time_point next_ = {};
};

struct ServedLane {
  explicit ServedLane(size_t threads) : pool(threads) {}
  ThreadPool pool;
  std::optional<CancelToken> cancel;
  std::thread thread;
};

class TaskServer {
 public:
  TaskServer(Communicator& ranks, size_t lanes, ThreadPool& pool, const WorkContext& context,
             const TaskFunction& work)
      : ranks_(ranks), context_(context), work_(work) {
    const size_t count = std::max<size_t>(1, std::min(lanes, pool.size()));
    for (size_t i = 0; i < count; ++i) {
      const size_t rest = i < pool.size() % count ? 1 : 0;
      lanes_.push_back(std::make_unique<ServedLane>(pool.size() / count + rest));
    }
  }
  ~TaskServer() {
    for (const auto& lane : lanes_) {
      if (lane->cancel) lane->cancel->Cancel();
    }
    for (const auto& lane : lanes_) {
      if (lane->thread.joinable()) lane->thread.join();
    }
  }

  void Serve() {
    ranks_.Send(0, Said{.word = Word::kLanes, .lane = lanes_.size()}.Bytes());
    for (;;) {
      const Said said = Said::From(ranks_.Receive(0));
      if (said.word == Word::kEnd) return;
      ServedLane& lane = *lanes_.at(said.lane);
      if (said.word == Word::kCancel) lane.cancel->Cancel();
      if (said.word == Word::kTask) Start(lane, said);
    }
  }

 private:
  void Start(ServedLane& lane, const Said& task) {
    if (lane.thread.joinable()) lane.thread.join();  // rank 0 has heard of its end
    lane.cancel.emplace(context_.cancel);
    lane.thread = std::thread([this, &lane, task] {
      TaskListener listener(ranks_, task.lane);
      Said said{.word = Word::kDone, .lane = task.lane};
      try {
        said.text = work_(task.text, lane.pool, {.progress = &listener, .cancel = &*lane.cancel});
      } catch (const FieldErrors& error) {
        said.word = Word::kFields;
        said.text = Packed(error.errors());
      } catch (...) {
        const RankFailure failure = RankFailure::Of(std::current_exception(), ranks_.rank());
        said.word = Word::kFailed;
        said.kind = failure.kind();
        said.text = failure.reason();
      }
      ranks_.Send(0, said.Bytes());
    });
  }

  Communicator& ranks_;
  const WorkContext& context_;
  const TaskFunction& work_;
  std::vector<std::unique_ptr<ServedLane>> lanes_;
};

}  // namespace

void ServeTasks(Communicator& ranks, size_t lanes, ThreadPool& pool, const WorkContext& context,
                const TaskFunction& work) {
  const auto end = [&] { ranks.Send(0, Said{.word = Word::kEnded}.Bytes()); };
  try {
    TaskServer(ranks, lanes, pool, context, work).Serve();
  } catch (...) {
    end();
    throw;
  }
  end();
}

}  // namespace thalweg
