#include "server/schemas/frame_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "server/schemas/two_dim_table.h"

namespace thalweg {
namespace {

struct Usage {
  int64_t count = 0;
  uint64_t bytes = 0;
};

double Percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

struct RankShare {
  std::string name;
  double rows = 0;
  double chunks = 0;
  double bytes = 0;
};

}  // namespace

Json ChunkSummaryJson(const Frame& frame, const FrameWindow& window) {
  std::array<Usage, kEncodingCount> usage = {};
  Usage all;
  for (size_t c = window.column_begin; c < window.column_end; ++c) {
    const Column& column = frame.column(c);
    for (size_t i = 0; i < column.chunks(); ++i) {
      if (!column.chunk_ptr(i)) continue;  // another rank's
      const Chunk& chunk = column.chunk(i);
      Usage& of_encoding = usage[static_cast<size_t>(chunk.encoding())];
      for (Usage* u : {&of_encoding, &all}) {
        ++u->count;
        u->bytes += chunk.ByteSize();
      }
    }
  }
  std::vector<std::string> names;
  std::vector<std::string> sizes;
  JsonArray counts;
  JsonArray count_shares;
  JsonArray size_shares;
  for (size_t e = 0; e < usage.size(); ++e) {
    const Usage& u = usage[e];
    if (u.count == 0) continue;
    names.emplace_back(EncodingName(static_cast<EncodingId>(e)));
    sizes.push_back(HumanBytes(static_cast<double>(u.bytes)));
    counts.emplace_back(u.count);
    count_shares.emplace_back(
        Percent(static_cast<double>(u.count), static_cast<double>(all.count)));
    size_shares.emplace_back(Percent(static_cast<double>(u.bytes), static_cast<double>(all.bytes)));
  }
  TwoDimTable table("Chunk compression summary");
  table.AddTexts("chunk_type", names);
  table.AddTexts("chunk_name", names);
  table.Add("count", "int", "%10d", std::move(counts));
  table.Add("count_percentage", "float", "%10.3f %%", std::move(count_shares));
  table.AddTexts("size", sizes);
  table.Add("size_percentage", "float", "%10.3f %%", std::move(size_shares));
  return table.ToJson();
}

Json DistributionSummaryJson(const Frame& frame, std::string_view address) {
  const Layout& layout = frame.layout();
  const auto all_bytes = static_cast<double>(frame.ByteSize());
  std::vector<RankShare> shares;
  RankShare total{.name = "total"};
  for (size_t rank = 0; rank < layout.ranks(); ++rank) {
    const size_t begin = layout.FirstChunkOf(rank);
    const size_t end = layout.FirstChunkOf(rank + 1);
    RankShare share{.name = layout.ranks() == 1 ? std::string(address)
                                                : fmt::format("{} rank {}", address, rank)};
    share.rows = end > begin
                     ? static_cast<double>(layout.ChunkStart(end - 1) + layout.ChunkRows(end - 1) -
                                           layout.ChunkStart(begin))
                     : 0;
    share.chunks = static_cast<double>(end - begin);
    share.bytes = frame.rows() > 0 ? all_bytes * share.rows / static_cast<double>(frame.rows()) : 0;
    total.rows += share.rows;
    total.chunks += share.chunks;
    total.bytes += share.bytes;
    shares.push_back(share);
  }
  const auto ranks = static_cast<double>(shares.size());
  const auto over_ranks = [&](const char* name, auto of) {
    RankShare row{.name = name};
    for (double RankShare::*member : {&RankShare::rows, &RankShare::chunks, &RankShare::bytes}) {
      std::vector<double> values;
      for (size_t r = 0; r < layout.ranks(); ++r) values.push_back(shares[r].*member);
      row.*member = of(values);
    }
    return row;
  };
  const auto mean = [&](const std::vector<double>& v) {
    double sum = 0;
    for (const double value : v) sum += value;
    return sum / ranks;
  };
  const RankShare rows[] = {
      over_ranks("mean", mean),
      over_ranks("min", [](const auto& v) { return *std::min_element(v.begin(), v.end()); }),
      over_ranks("max", [](const auto& v) { return *std::max_element(v.begin(), v.end()); }),
      over_ranks("stddev",
                 [&](const auto& v) {
                   double squares = 0;
                   for (const double value : v) squares += (value - mean(v)) * (value - mean(v));
                   return std::sqrt(squares / ranks);
                 }),
      total};
  shares.insert(shares.end(), std::begin(rows), std::end(rows));

  std::vector<std::string> names;
  std::vector<std::string> sizes;
  JsonArray numbers;
  JsonArray chunks_per_column;
  JsonArray chunks;
  for (const RankShare& share : shares) {
    names.push_back(share.name);
    sizes.push_back(HumanBytes(share.bytes));
    numbers.emplace_back(share.rows);
    chunks_per_column.emplace_back(share.chunks);
    chunks.emplace_back(share.chunks * static_cast<double>(frame.columns()));
  }
  TwoDimTable table("Frame distribution summary");
  table.AddRowNames(names);
  table.AddTexts("size", sizes);
  table.Add("number_of_rows", "float", "%f", std::move(numbers));
  table.Add("number_of_chunks_per_column", "float", "%f", std::move(chunks_per_column));
  table.Add("number_of_chunks", "float", "%f", std::move(chunks));
  return table.ToJson();
}

}  // namespace thalweg
