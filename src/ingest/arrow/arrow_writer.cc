#include "ingest/arrow/arrow_writer.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "ingest/arrow/arrow_field.h"
#include "ingest/arrow/load_plugin.h"

namespace thalweg::internal {
namespace {

// Levels that take more room than this stand in the dictionary only, not in the metadata, too.
constexpr size_t kMostLevelBytes = 4 << 20;
// Cells of a batch: 8 MB of doubles.
constexpr size_t kCellsPerBatch = size_t{1} << 20;

// ---- What the C interface points to, and its release -----------------------------------------

struct SchemaContent {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema*> children;
  std::unique_ptr<ArrowSchema> dictionary;
};

// Buffers in memory of their own, or shared with other arrays (dictionaries).
struct ArrayContent {
  std::vector<std::vector<char>> own;
  std::shared_ptr<const ArrayContent> shared;
  std::vector<const void*> buffers;
  std::vector<ArrowArray*> children;
  std::unique_ptr<ArrowArray> dictionary;
};

template <class Object, class Content>
void Release(Object* object) {
  auto* content = static_cast<Content*>(object->private_data);
  for (Object* child : content->children) {
    if (child->release != nullptr) child->release(child);
    delete child;
  }
  if (object->dictionary != nullptr && object->dictionary->release != nullptr) {
    object->dictionary->release(object->dictionary);
  }
  delete content;
  object->release = nullptr;
}

void FillSchema(std::unique_ptr<SchemaContent> content, ArrowSchema& out) {
  out = {};
  out.format = content->format.c_str();
  out.name = content->name.c_str();
  out.metadata = content->metadata.empty() ? nullptr : content->metadata.data();
  out.flags = ARROW_FLAG_NULLABLE;
  out.n_children = static_cast<int64_t>(content->children.size());
  out.children = content->children.data();
  out.dictionary = content->dictionary.get();
  out.release = Release<ArrowSchema, SchemaContent>;
  out.private_data = content.release();
}

void FillArray(std::unique_ptr<ArrayContent> content, int64_t length, int64_t missing,
               ArrowArray& out) {
  out = {};
  out.length = length;
  out.null_count = missing;
  out.n_buffers = static_cast<int64_t>(content->buffers.size());
  out.buffers = content->buffers.data();
  out.n_children = static_cast<int64_t>(content->children.size());
  out.children = content->children.data();
  out.dictionary = content->dictionary.get();
  out.release = Release<ArrowArray, ArrayContent>;
  out.private_data = content.release();
}

// ---- Schema -----------------------------------------------------------------------------------

void FillFieldSchema(const Frame& frame, size_t column, ArrowSchema& out) {
  auto content = std::make_unique<SchemaContent>();
  content->name = frame.name(column);
  const Column& cells = frame.column(column);
  switch (cells.type()) {
    case ColumnType::kReal:
      content->format = "g";
      break;
    case ColumnType::kInteger:
      content->format = "l";
      break;
    case ColumnType::kTime:
      content->format = "tsm:UTC";
      break;
    case ColumnType::kString:
      content->format = "U";
      break;
    case ColumnType::kUuid:
      content->format = "w:16";
      content->metadata = EncodeArrowMetadata(
          {{"ARROW:extension:name", "arrow.uuid"}, {"ARROW:extension:metadata", ""}});
      break;
    case ColumnType::kCategorical: {
      content->format = "i";
      auto values = std::make_unique<SchemaContent>();
      values->format = "U";
      content->dictionary = std::make_unique<ArrowSchema>();
      FillSchema(std::move(values), *content->dictionary);
      JsonArray levels;
      size_t bytes = 0;
      for (const std::string& level : cells.domain()->levels()) {
        bytes += level.size() + 3;
        if (bytes > kMostLevelBytes) break;
        levels.emplace_back(level);
      }
      if (bytes <= kMostLevelBytes) {
        const std::string json = FormatJson(Json(std::move(levels)));
        content->metadata = EncodeArrowMetadata({{kArrowLevelsKey, json}});
      }
      break;
    }
  }
  FillSchema(std::move(content), out);
}

// ---- Arrays -----------------------------------------------------------------------------------

std::vector<char>& NewBuffer(ArrayContent& content, size_t bytes) {
  // Room for one more, so that no pointer is null.
  return content.own.emplace_back(std::max<size_t>(bytes, 8));
}

template <class Cell, class IsMissing>
int64_t FillValidity(std::span<const Cell> cells, IsMissing is_missing, std::vector<char>& bits) {
  int64_t missing = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (is_missing(cells[i])) {
      ++missing;
    } else {
      bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << (i % 8));
    }
  }
  return missing;
}

// The levels of a domain as an array that batches share.
std::shared_ptr<const ArrayContent> MakeLevels(const Domain& domain) {
  auto content = std::make_shared<ArrayContent>();
  content->own.reserve(2);
  std::vector<char>& ends = NewBuffer(*content, (domain.size() + 1) * sizeof(int64_t));
  size_t bytes = 0;
  for (const std::string& level : domain.levels()) bytes += level.size();
  std::vector<char>& text = NewBuffer(*content, bytes);
  int64_t end = 0;
  for (size_t i = 0; i < domain.size(); ++i) {
    const std::string& level = domain.levels()[i];
    std::memcpy(text.data() + end, level.data(), level.size());
    end += static_cast<int64_t>(level.size());
    std::memcpy(ends.data() + (i + 1) * sizeof(int64_t), &end, sizeof(end));
  }
  return content;
}

struct Rows {
  size_t chunk;
  size_t begin;  // in the chunk
  size_t count;
};

void FillNumbers(const Column& column, const Rows& rows, ArrayContent& content, int64_t& missing) {
  std::vector<char>& bits = NewBuffer(content, (rows.count + 7) / 8);
  const Chunk& chunk = column.chunk(rows.chunk);
  std::vector<char>& values = NewBuffer(content, rows.count * 8);
  if (column.type() == ColumnType::kReal) {
    const std::span<double> cells(reinterpret_cast<double*>(values.data()), rows.count);
    chunk.Decode(rows.begin, cells);
    missing = FillValidity<double>(
        cells, [](double c) { return std::isnan(c); }, bits);
    return;
  }
  const std::span<int64_t> cells(reinterpret_cast<int64_t*>(values.data()), rows.count);
  chunk.Decode(rows.begin, cells);
  missing = FillValidity<int64_t>(
      cells, [](int64_t c) { return c == kMissingInt; }, bits);
  if (column.type() != ColumnType::kCategorical) return;
  for (size_t i = 0; i < rows.count; ++i) {
    const auto code = static_cast<int32_t>(cells[i] == kMissingInt ? 0 : cells[i]);
    std::memcpy(values.data() + i * sizeof(code), &code, sizeof(code));
  }
  values.resize(std::max<size_t>(rows.count * sizeof(int32_t), 8));
}

void FillStrings(const Column& column, const Rows& rows, ArrayContent& content, int64_t& missing) {
  std::vector<std::string_view> cells(rows.count);
  column.chunk(rows.chunk).Decode(rows.begin, std::span<std::string_view>(cells));
  std::vector<char>& bits = NewBuffer(content, (rows.count + 7) / 8);
  missing = FillValidity<std::string_view>(
      cells, [](std::string_view c) { return c.data() == nullptr; }, bits);
  size_t bytes = 0;
  for (const std::string_view cell : cells) bytes += cell.size();
  std::vector<char>& ends = NewBuffer(content, (rows.count + 1) * sizeof(int64_t));
  std::vector<char>& text = NewBuffer(content, bytes);
  int64_t end = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].empty()) std::memcpy(text.data() + end, cells[i].data(), cells[i].size());
    end += static_cast<int64_t>(cells[i].size());
    std::memcpy(ends.data() + (i + 1) * sizeof(int64_t), &end, sizeof(end));
  }
}

void FillUuids(const Column& column, const Rows& rows, ArrayContent& content, int64_t& missing) {
  std::vector<Uuid> cells(rows.count);
  column.chunk(rows.chunk).Decode(rows.begin, std::span<Uuid>(cells));
  std::vector<char>& bits = NewBuffer(content, (rows.count + 7) / 8);
  missing = FillValidity<Uuid>(
      cells, [](const Uuid& c) { return c == kMissingUuid; }, bits);
  std::vector<char>& values = NewBuffer(content, rows.count * 16);
  for (size_t i = 0; i < cells.size(); ++i) {
    const uint64_t words[2] = {__builtin_bswap64(cells[i].high), __builtin_bswap64(cells[i].low)};
    std::memcpy(values.data() + 16 * i, words, sizeof(words));
  }
}

void FillColumn(const Column& column, const Rows& rows,
                const std::shared_ptr<const ArrayContent>& levels, ArrowArray& out) {
  auto content = std::make_unique<ArrayContent>();
  content->own.reserve(3);  // references to buffers stay valid
  int64_t missing = 0;
  if (column.type() == ColumnType::kString) {
    FillStrings(column, rows, *content, missing);
  } else if (column.type() == ColumnType::kUuid) {
    FillUuids(column, rows, *content, missing);
  } else {
    FillNumbers(column, rows, *content, missing);
  }
  for (const std::vector<char>& buffer : content->own) content->buffers.push_back(buffer.data());
  if (column.type() == ColumnType::kCategorical) {
    auto dictionary = std::make_unique<ArrayContent>();
    dictionary->shared = levels;
    dictionary->buffers = {nullptr, levels->own[0].data(), levels->own[1].data()};
    content->dictionary = std::make_unique<ArrowArray>();
    FillArray(std::move(dictionary), static_cast<int64_t>(column.domain()->size()), 0,
              *content->dictionary);
  }
  FillArray(std::move(content), static_cast<int64_t>(rows.count), missing, out);
}

// ---- The stream of batches --------------------------------------------------------------------

// Lives as long as the call of WriteArrow; the plugin reads it in the thread of that call.
class Batches {
 public:
  Batches(const Frame& frame, ThreadPool& pool, const WorkContext& context)
      : frame_(frame), pool_(pool), context_(context), levels_(frame.columns()) {
    for (size_t i = 0; i < frame.columns(); ++i) {
      if (frame.column(i).domain() != nullptr) levels_[i] = MakeLevels(*frame.column(i).domain());
    }
    most_rows_ = std::max<size_t>(kCellsPerBatch / std::max<size_t>(frame.columns(), 1), 256);
  }

  ArrowArrayStream Stream() {
    ArrowArrayStream stream = {};
    stream.get_schema = [](ArrowArrayStream* s, ArrowSchema* out) {
      return Self(s).Guard([&] { Self(s).Schema(*out); });
    };
    stream.get_next = [](ArrowArrayStream* s, ArrowArray* out) {
      return Self(s).Guard([&] { Self(s).Next(*out); });
    };
    stream.get_last_error = [](ArrowArrayStream* s) { return Self(s).error_.c_str(); };
    stream.release = [](ArrowArrayStream* s) { s->release = nullptr; };
    stream.private_data = this;
    return stream;
  }
  // What was thrown while the plugin read; it cannot pass through the plugin itself.
  std::exception_ptr failure() const { return failure_; }

 private:
  static Batches& Self(ArrowArrayStream* stream) {
    return *static_cast<Batches*>(stream->private_data);
  }

  template <class Action>
  int Guard(Action action) {
    try {
      action();
      return 0;
    } catch (const std::exception& error) {
      failure_ = std::current_exception();
      error_ = error.what();
      return EIO;
    }
  }

  void Schema(ArrowSchema& out) const {
    auto content = std::make_unique<SchemaContent>();
    content->format = "+s";
    for (size_t i = 0; i < frame_.columns(); ++i) {
      content->children.push_back(new ArrowSchema{});
      FillFieldSchema(frame_, i, *content->children.back());
    }
    FillSchema(std::move(content), out);
  }

  void Next(ArrowArray& out) {
    context_.ThrowIfCancelled();
    while (chunk_ < frame_.layout().chunks() &&
           row_ == static_cast<size_t>(frame_.layout().ChunkRows(chunk_))) {
      ++chunk_;
      row_ = 0;
    }
    out = {};
    if (chunk_ == frame_.layout().chunks()) return;
    const Rows rows = {
        chunk_, row_,
        std::min(most_rows_, static_cast<size_t>(frame_.layout().ChunkRows(chunk_)) - row_)};
    auto content = std::make_unique<ArrayContent>();
    content->buffers = {nullptr};
    for (size_t i = 0; i < frame_.columns(); ++i) content->children.push_back(new ArrowArray{});
    ArrayContent& target = *content;
    FillArray(std::move(content), static_cast<int64_t>(rows.count), 0, out);
    try {
      pool_.Run(frame_.columns(), [&](size_t i, size_t) {
        FillColumn(frame_.column(i), rows, levels_[i], *target.children[i]);
      });
    } catch (...) {
      out.release(&out);
      throw;
    }
    row_ += rows.count;
    const int64_t done = frame_.layout().ChunkStart(chunk_) + static_cast<int64_t>(row_);
    context_.Report(static_cast<double>(done) / static_cast<double>(frame_.rows()), "writing");
  }

  const Frame& frame_;
  ThreadPool& pool_;
  const WorkContext& context_;
  std::vector<std::shared_ptr<const ArrayContent>> levels_;
  size_t most_rows_ = 0;
  size_t chunk_ = 0;
  size_t row_ = 0;
  std::string error_;
  std::exception_ptr failure_;
};

}  // namespace

void WriteArrow(const Frame& frame, ThalwegArrowFormat format, int descriptor, ThreadPool& pool,
                const WorkContext& context) {
  for (size_t i = 0; i < frame.columns(); ++i) {
    const DomainPtr& domain = frame.column(i).domain();
    Check(domain == nullptr || domain->size() <= INT32_MAX, "codes fit 32 bits");
  }
  Batches batches(frame, pool, context);
  ArrowArrayStream stream = batches.Stream();
  char* message = ArrowApi().write(format, descriptor, &stream);
  if (batches.failure() != nullptr) {
    if (message != nullptr) ArrowApi().free_text(message);
    std::rethrow_exception(batches.failure());
  }
  if (message == nullptr) return;
  const std::string text = message;
  ArrowApi().free_text(message);
  throw UserError(text);
}

}  // namespace thalweg::internal
