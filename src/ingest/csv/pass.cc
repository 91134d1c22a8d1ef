#include "ingest/csv/pass.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/error.h"
#include "ingest/csv/block_reader.h"
#include "ingest/csv/unit_report.h"

namespace thalweg::internal {
namespace {

// What a rank tells of its share after reading it. Trivially copyable: it travels as its bytes.
struct ShareEnds {
  bool guessed = false;    // a part of it begins in the midst of a mapped run, at `begin`
  bool continued = false;  // a part of it ends there, and the next rank has what follows
  bool ended = false;      // at `end`; not where reading failed before
  TextPlace begin;
  TextPlace end;
  uint64_t failed_unit = UINT64_MAX;  // which could not be read, with a UserError
};

std::vector<ShareEnds> OfAll(const ShareEnds& mine, Communicator& ranks) {
  std::vector<ShareEnds> all;
  for (const std::string& bytes :
       ranks.AllGather({reinterpret_cast<const char*>(&mine), sizeof(mine)})) {
    Check(bytes.size() == sizeof(ShareEnds), "every rank tells of its share");
    std::memcpy(&all.emplace_back(), bytes.data(), sizeof(ShareEnds));
  }
  return all;
}

std::string MessageOf(const std::exception_ptr& error) {
  if (error == nullptr) return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

struct Passes::Reading {
  std::vector<UnitResult> units;
  std::vector<std::unique_ptr<UnitParser>> parsers;
  std::optional<TextPlace> end;
  std::exception_ptr failure;  // a UserError; perhaps of a share that begins at a wrong place
  uint64_t failed_unit = UINT64_MAX;
};

Passes::Passes(const CsvPlan& plan, Communicator* ranks, ThreadPool& pool,
               const WorkContext& context)
    : plan_(plan),
      ranks_(ranks != nullptr && ranks->size() > 1 ? ranks : nullptr),
      pool_(pool),
      context_(context),
      runs_(RunsOf(plan)) {
  const size_t rank = ranks_ == nullptr ? 0 : static_cast<size_t>(ranks_->rank());
  const size_t size = ranks_ == nullptr ? 1 : static_cast<size_t>(ranks_->size());
  shares_ = SharesOf(plan, runs_, rank, size);
}

PassResult Passes::Run(const std::vector<size_t>& columns, bool first) {
  for (const RunShare& share : shares_) {
    if (begin_ || !runs_[share.run].mapped || share.begin_unit == 0) continue;
    begin_ = GuessBegin(plan_, runs_[share.run], share.begin_unit);
  }
  Reading reading = ReadShare(columns, first);
  if (ranks_ == nullptr) {
    if (reading.failure) std::rethrow_exception(reading.failure);
    return {std::move(reading.units), std::move(reading.parsers)};
  }
  for (std::optional<bool> again = Verify(reading); again; again = Verify(reading)) {
    if (!*again) continue;  // another rank has to
    ++repeats_;
    reading = ReadShare(columns, first);
  }
  PassResult result;
  result.parsers = std::move(reading.parsers);
  const std::vector<std::string> reports = ranks_->AllGather(UnitReports(reading.units));
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    if (rank != ranks_->rank()) {
      TakeUnitReports(reports[static_cast<size_t>(rank)], rank, result.units);
      continue;
    }
    for (UnitResult& unit : reading.units) {
      unit.rank = rank;
      result.units.push_back(std::move(unit));
    }
  }
  std::sort(result.units.begin(), result.units.end(),
            [](const UnitResult& a, const UnitResult& b) { return a.number < b.number; });
  return result;
}

Passes::Reading Passes::ReadShare(const std::vector<size_t>& columns, bool first) {
  Reading reading;
  PassState state(plan_.columns.size());
  BlockReader reader(plan_, {.runs = runs_, .shares = shares_, .begin = begin_}, context_);
  reading.parsers.resize(pool_.size());
  std::mutex mutex;
  try {
    pool_.Run(pool_.size(), [&](size_t worker, size_t) {
      try {
        Unit unit;
        while (reader.Next(unit)) {
          auto& parser = reading.parsers[worker];
          if (parser == nullptr) {
            parser = std::make_unique<UnitParser>(plan_, columns, worker, state, first);
          }
          UnitResult result = parser->Parse(unit);
          reader.Done(unit);
          std::lock_guard lock(mutex);
          reading.units.push_back(std::move(result));
        }
      } catch (...) {
        reader.Stop();
        throw;
      }
    });
  } catch (const MemoryError&) {
    throw;
  } catch (const UserError&) {
    reading.failure = std::current_exception();
    reading.failed_unit = reader.next_unit();
  }
  context_.ThrowIfCancelled();
  reading.end = reader.end();
  std::sort(reading.units.begin(), reading.units.end(),
            [](const UnitResult& a, const UnitResult& b) { return a.number < b.number; });
  return reading;
}

std::optional<bool> Passes::Verify(const Reading& reading) {
  ShareEnds mine;
  mine.guessed = begin_.has_value();
  mine.begin = begin_.value_or(TextPlace());
  mine.continued = std::any_of(shares_.begin(), shares_.end(), [this](const RunShare& share) {
    return runs_[share.run].mapped && share.end_unit < runs_[share.run].units;
  });
  mine.ended = reading.end.has_value();
  mine.end = reading.end.value_or(TextPlace());
  mine.failed_unit = reading.failed_unit;
  const std::vector<ShareEnds> all = OfAll(mine, *ranks_);
  const auto me = static_cast<size_t>(ranks_->rank());
  bool some_wrong = false;
  bool again = false;
  // Whether it is known that the shares begin at the right places.
  std::vector<bool> certain;
  size_t failed = 0;  // the rank with the first failure in the order of the text
  size_t before = 0;  // the rank that had the text before
  for (size_t rank = 0; rank < all.size(); ++rank) {
    const ShareEnds& share = all[rank];
    const bool known = !share.guessed || (certain[before] && all[before].ended);
    const bool wrong = share.guessed && all[before].ended && !(share.begin == all[before].end);
    certain.push_back(known && !wrong);
    if (wrong && rank == me) {
      begin_ = all[before].end;
      again = true;
    }
    some_wrong |= wrong;
    if (share.continued) before = rank;
    if (share.failed_unit < all[failed].failed_unit) failed = rank;
  }
  if (all[failed].failed_unit != UINT64_MAX && certain[failed]) {
    throw UserError(ranks_->Broadcast(MessageOf(reading.failure), static_cast<int>(failed)));
  }
  if (!some_wrong) return std::nullopt;
  return again;
}

}  // namespace thalweg::internal
