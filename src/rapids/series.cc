// Rows as series and as documents: iSAX words, TF-IDF.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/regex.h"
#include "mapreduce/gather_frame.h"
#include "rapids/chunks.h"
#include "rapids/primitives.h"
#include "rapids/text_case.h"

namespace thalweg::internal {
namespace {

// Phi, the distribution function of the standard normal distribution.
double NormalBelow(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

}  // namespace

// (isax frame words cardinality optimize): Shieh, Keogh 2008. Each row is standardized, averaged in
// `words` pieces, and each mean named by the equally likely interval of the normal distribution in
// which it lies.
Value Isax(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const int64_t words = arguments.Whole(1);
  const int64_t most = arguments.Whole(2);
  const bool optimize = arguments.size() > 3 && arguments.Flag(3);
  const auto width = static_cast<int64_t>(frame->columns());
  if (words < 1 || words > width) {
    arguments.Fail(1, "must be a number of words from 1 to " + std::to_string(width));
  }
  if (most < 1 || most > 1'000'000) arguments.Fail(2, "must be a cardinality of at least 1");
  for (size_t c = 0; c < frame->columns(); ++c) {
    if (frame->column(c).type() != ColumnType::kReal &&
        frame->column(c).type() != ColumnType::kInteger) {
      arguments.Fail(0, "must hold numbers only");
    }
  }
  const Layout& layout = frame->layout();
  const auto count = static_cast<size_t>(words);
  std::vector<std::vector<ChunkPtr>> codes(count, std::vector<ChunkPtr>(layout.chunks()));
  ForEachChunk(layout, evaluator, [&](size_t chunk) {
    const auto rows = static_cast<size_t>(layout.ChunkRows(chunk));
    std::vector<std::vector<double>> cells;
    for (size_t c = 0; c < frame->columns(); ++c) {
      cells.push_back(ChunkCells<double>(frame->column(c), chunk));
    }
    std::vector<std::vector<int64_t>> out(count, std::vector<int64_t>(rows));
    for (size_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (const auto& column : cells) sum += column[r];
      const double mean = sum / static_cast<double>(width);
      double squares = 0;
      for (const auto& column : cells) squares += (column[r] - mean) * (column[r] - mean);
      const double sd = std::sqrt(squares / static_cast<double>(width - 1));
      for (size_t w = 0; w < count; ++w) {
        const size_t begin = w * cells.size() / count;
        const size_t end = (w + 1) * cells.size() / count;
        double part = 0;
        for (size_t c = begin; c < end; ++c) part += cells[c][r] - mean;
        const double z = sd > 0 ? part / static_cast<double>(end - begin) / sd : part;
        out[w][r] =
            std::isnan(z)
                ? kMissingInt
                : std::clamp<int64_t>(
                      static_cast<int64_t>(std::ceil(NormalBelow(z) * static_cast<double>(most))) -
                          1,
                      0, most - 1);
      }
    }
    for (size_t w = 0; w < count; ++w) codes[w][chunk] = EncodeIntegers(out[w]);
  });
  std::vector<std::string> names = {"iSax_index"};
  std::vector<ColumnPtr> columns(1);
  std::vector<int64_t> cardinality;
  for (size_t w = 0; w < count; ++w) {
    names.push_back("c" + std::to_string(w));
    auto column = std::make_shared<const Column>(ColumnType::kInteger, std::move(codes[w]));
    // The smallest cardinality that names all that occur.
    int64_t highest = 0;
    for (const int64_t part : ChunkParts(layout, evaluator, [&](size_t chunk) {
           int64_t high = 0;
           for (const int64_t code : ChunkCells<int64_t>(*column, chunk))
             high = std::max(high, code);
           return high;
         })) {
      highest = std::max(highest, part);
    }
    cardinality.push_back(optimize ? highest + 1 : most);
    columns.push_back(std::move(column));
  }
  columns[0] = MakeStrings(layout, evaluator, [&](size_t chunk, StringCells& out) {
    std::vector<std::vector<int64_t>> cells;
    for (size_t w = 0; w < count; ++w) cells.push_back(ChunkCells<int64_t>(*columns[w + 1], chunk));
    for (size_t r = 0; r < static_cast<size_t>(layout.ChunkRows(chunk)); ++r) {
      std::string index;
      for (size_t w = 0; w < count; ++w) {
        if (w > 0) index += '_';
        index += (cells[w][r] == kMissingInt ? "NA" : std::to_string(cells[w][r])) + "^" +
                 std::to_string(cardinality[w]);
      }
      out.Add(index);
    }
  });
  return Frame(frame->layout_ptr(), std::move(names), std::move(columns));
}

// (tf-idf frame document content preprocess case_sensitive): how often each word stands in each
// document, and log((documents + 1) / (documents with the word + 1)).
Value TermFrequencies(const Arguments& arguments, Evaluator& evaluator) {
  const FramePtr frame = arguments.FrameAt(0);
  const auto column_at = [&](size_t i) {
    const int64_t position = arguments.Whole(i);
    if (position < 0 || position >= static_cast<int64_t>(frame->columns())) {
      arguments.Fail(i, "must be a column from 0 to " + std::to_string(frame->columns() - 1));
    }
    return static_cast<size_t>(position);
  };
  const size_t document = column_at(1);
  const size_t content = column_at(2);
  const bool preprocess = arguments.size() <= 3 || arguments.Flag(3);
  const bool case_sensitive = arguments.size() <= 4 || arguments.Flag(4);
  const ColumnType id_type = frame->column(document).type();
  if ((id_type != ColumnType::kInteger && id_type != ColumnType::kReal) ||
      frame->column(content).type() != ColumnType::kString) {
    arguments.Fail(0, "must have a column of numbers (documents) and one of strings (content)");
  }
  // Words go by their text, which is on all ranks; of other columns nothing is needed.
  const size_t needed[] = {document, content};
  const Frame whole = GatherFrame(frame->Select(std::span(needed)), evaluator.context().ranks);
  std::map<std::string, std::map<double, double>> counts;  // word -> document -> how often
  std::set<double> documents;
  const Regex blanks("\\s+");
  for (size_t chunk = 0; chunk < whole.layout().chunks(); ++chunk) {
    const auto ids = ChunkCells<double>(whole.column(0), chunk);
    const auto texts = ChunkCells<std::string_view>(whole.column(1), chunk);
    for (size_t r = 0; r < ids.size(); ++r) {
      if (std::isnan(ids[r]) || texts[r].data() == nullptr) continue;
      documents.insert(ids[r]);
      const std::string text = case_sensitive ? std::string(texts[r]) : LowerCase(texts[r]);
      const auto words = preprocess ? blanks.Split(text) : std::vector<std::string>{text};
      for (const std::string& word : words) {
        if (!word.empty()) ++counts[word][ids[r]];
      }
    }
  }
  std::vector<double> ids;
  std::vector<std::string> words;
  std::vector<double> frequencies;
  std::vector<double> rarities;
  std::vector<double> products;
  for (const auto& [word, by_document] : counts) {
    const double rarity = std::log((static_cast<double>(documents.size()) + 1) /
                                   (static_cast<double>(by_document.size()) + 1));
    for (const auto& [id, count] : by_document) {
      ids.push_back(id);
      words.push_back(word);
      frequencies.push_back(count);
      rarities.push_back(rarity);
      products.push_back(count * rarity);
    }
  }
  const LayoutPtr layout = NewLayout(static_cast<int64_t>(ids.size()));
  return Frame(
      layout, {"DocID", "Word", "TF", "IDF", "TF-IDF"},
      {NumbersColumn(*layout, ids, evaluator), TextsColumn(*layout, words, evaluator),
       NumbersColumn(*layout, frequencies, evaluator), NumbersColumn(*layout, rarities, evaluator),
       NumbersColumn(*layout, products, evaluator)});
}

}  // namespace thalweg::internal
