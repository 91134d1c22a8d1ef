#include "server/handlers/download_dataset.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "jobs/catalog.h"
#include "server/errors.h"
#include "server/schemas/wire_csv.h"
#include "server/server_context.h"

namespace thalweg {
namespace {

// With more downloads than these each has one block ready and one in the making, so that slow
// readers hold little memory.
constexpr int kManyOpen = 8;
std::atomic<int> g_open{0};

struct OpenDownload {
  OpenDownload() { ++g_open; }
  ~OpenDownload() { --g_open; }
  OpenDownload(const OpenDownload&) = delete;
  OpenDownload& operator=(const OpenDownload&) = delete;
};

// The text, some blocks at a time: the next ones are formatted while the last ones are sent. Keeps
// the frame while it is sent.
class CsvStream {
 public:
  CsvStream(std::shared_ptr<const Frame> frame, const internal::CsvStyle& style, size_t threads)
      : frame_(std::move(frame)), blocks_(*frame_, style), threads_(threads) {
    FormatAhead();
  }

  bool Next(std::string& piece) {
    if (!std::exchange(begun_, true)) piece += blocks_.Header();
    if (shown_ == ready_.size()) {
      if (!ahead_.valid()) return !piece.empty();
      ready_ = ahead_.get();
      shown_ = 0;
      FormatAhead();
    }
    std::string& text = ready_[shown_++];
    if (piece.empty()) {
      piece.swap(text);
    } else {
      piece += text;
    }
    return true;
  }

 private:
  void FormatAhead() {
    if (next_ >= blocks_.size()) return;
    ahead_ = std::async(std::launch::async, [this] {
      // Of its own for this moment: one that waits for a slow reader holds no threads.
      ThreadPool pool(g_open > kManyOpen ? 1 : threads_);
      std::vector<std::string> texts(
          std::min(g_open > kManyOpen ? 1 : 2 * pool.size(), blocks_.size() - next_));
      pool.Run(texts.size(),
               [&](size_t task, size_t) { blocks_.Append(next_ + task, texts[task]); });
      next_ += texts.size();
      return texts;
    });
  }

  const OpenDownload open_;
  std::shared_ptr<const Frame> frame_;
  internal::CsvBlocks blocks_;
  const size_t threads_;
  std::vector<std::string> ready_;  // blocks that are formatted
  size_t shown_ = 0;                // of them
  size_t next_ = 0;
  bool begun_ = false;
  // The last member: its end waits for what uses the others.
  std::future<std::vector<std::string>> ahead_;
};

// The same where ranks hold the rows: each block is formatted by its owner.
class RanksCsvStream {
 public:
  RanksCsvStream(std::string name, std::shared_ptr<const Frame> frame, EntryVersion version,
                 bool double_quotes, ServerContext& server)
      : name_(std::move(name)),
        frame_(std::move(frame)),
        version_(version),
        double_quotes_(double_quotes),
        server_(server) {}

  bool Next(std::string& piece) {
    const size_t chunks = frame_->layout().chunks();
    if (chunk_ >= chunks && chunk_ > 0) return false;
    const size_t end = std::min(chunks, chunk_ + static_cast<size_t>(server_.ranks.size()));
    const Json text = server_.ranks.Run("csv_text",
                                        JsonObject{{"frame", name_},
                                                   {"begin", chunk_},
                                                   {"end", end},
                                                   {"command", version_.command},
                                                   {"nth", version_.nth},
                                                   {"double_quotes", double_quotes_}},
                                        {});
    piece += std::string_view(text.as_string());
    chunk_ = std::max<size_t>(end, 1);
    return true;
  }

 private:
  std::string name_;
  std::shared_ptr<const Frame> frame_;
  EntryVersion version_;
  bool double_quotes_;
  ServerContext& server_;
  size_t chunk_ = 0;
};

// As it may stand in a header.
std::string FileName(std::string_view frame) {
  std::string name;
  for (const char c : frame) {
    name += (c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/') ? c : '_';
  }
  return name + ".csv";
}

}  // namespace

HttpResponse DownloadDataset(const DownloadDatasetRequest& request, Call& call) {
  if (request.hex_string) {
    throw IllegalArgument("hex_string: reals are written so that they read back exactly anyway");
  }
  auto frame = call.server.catalog().GetFrame(request.frame_id);
  HttpResponse response;
  response.content_type = "application/octet-stream;charset=utf-8";
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=" + FileName(request.frame_id));
  internal::CsvStyle style = WireCsvStyle();
  style.double_quotes = request.escape_quotes;
  if (frame->layout().ranks() > 1) {
    const auto item = call.server.catalog().FindItem(request.frame_id);
    if (!item) throw NotFound("frame", request.frame_id);
    if (const auto* entry = dynamic_cast<const FrameEntry*>(item->entry.get())) {
      frame = entry->frame();  // of this version
    }
    auto stream = std::make_shared<RanksCsvStream>(request.frame_id, frame, item->version,
                                                   style.double_quotes, call.server);
    response.stream = [stream](std::string& piece) { return stream->Next(piece); };
    return response;
  }
  auto stream = std::make_shared<CsvStream>(frame, style, call.server.ranks.threads());
  response.stream = [stream](std::string& piece) { return stream->Next(piece); };
  return response;
}

}  // namespace thalweg
