// Frames made out of nothing or out of others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct CreateFrameRequest {
  std::string dest;
  int64_t rows = 10000;
  int64_t cols = 10;
  int64_t seed = -1;
  int64_t seed_for_column_types = -1;
  bool randomize = true;
  double value = 0;
  double real_range = 100;
  double categorical_fraction = 0.2;
  int64_t factors = 100;
  double integer_fraction = 0.2;
  int64_t integer_range = 100;
  double binary_fraction = 0.1;
  double binary_ones_fraction = 0.02;
  double time_fraction = 0;
  double string_fraction = 0;
  double missing_fraction = 0.01;
  bool has_response = false;
  int64_t response_factors = 2;
  bool positive_response = false;
};
template <>
inline constexpr auto kFields<CreateFrameRequest> = std::tuple{
    Field<&CreateFrameRequest::dest>({.name = "dest", .help = "Name of the frame."}),
    Field<&CreateFrameRequest::rows>({.name = "rows", .help = "Rows.", .min = 1, .max = 1e12}),
    Field<&CreateFrameRequest::cols>(
        {.name = "cols", .help = "Columns, without the response.", .min = 1, .max = 1e7}),
    Field<&CreateFrameRequest::seed>({.name = "seed", .help = "Seed; -1 chooses one."}),
    Field<&CreateFrameRequest::seed_for_column_types>(
        {.name = "seed_for_column_types",
         .help = "Seed of the order of the columns' types; -1: as seed."}),
    Field<&CreateFrameRequest::randomize>(
        {.name = "randomize", .help = "Random cells; else all are `value`."}),
    Field<&CreateFrameRequest::value>(
        {.name = "value", .help = "What all cells are without randomize."}),
    Field<&CreateFrameRequest::real_range>(
        {.name = "real_range", .help = "Reals lie between -x and x.", .min = 0}),
    Field<&CreateFrameRequest::categorical_fraction>(
        {.name = "categorical_fraction", .help = "Share of enum columns.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::factors>(
        {.name = "factors", .help = "Levels of enum columns.", .min = 1, .max = 10'000'000}),
    Field<&CreateFrameRequest::integer_fraction>(
        {.name = "integer_fraction", .help = "Share of int columns.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::integer_range>(
        {.name = "integer_range", .help = "Integers lie between -x and x.", .min = 0}),
    Field<&CreateFrameRequest::binary_fraction>(
        {.name = "binary_fraction", .help = "Share of columns of 0 and 1.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::binary_ones_fraction>(
        {.name = "binary_ones_fraction", .help = "Share of ones in those.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::time_fraction>(
        {.name = "time_fraction", .help = "Share of time columns.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::string_fraction>(
        {.name = "string_fraction", .help = "Share of string columns.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::missing_fraction>(
        {.name = "missing_fraction", .help = "Share of missing cells.", .min = 0, .max = 1}),
    Field<&CreateFrameRequest::has_response>(
        {.name = "has_response", .help = "A first column named response."}),
    Field<&CreateFrameRequest::response_factors>(
        {.name = "response_factors",
         .help = "Levels of the response; 1: it holds reals.",
         .min = 1,
         .max = 1'000'000}),
    Field<&CreateFrameRequest::positive_response>(
        {.name = "positive_response", .help = "A response of reals is not negative."}),
};

struct MissingInserterRequest {
  std::string dataset;
  double fraction = 0;
  int64_t seed = -1;
};
template <>
inline constexpr auto kFields<MissingInserterRequest> = std::tuple{
    Field<&MissingInserterRequest::dataset>({.name = "dataset", .help = "Name of the frame."}),
    Field<&MissingInserterRequest::fraction>(
        {.name = "fraction", .help = "Share of cells that become missing."}),
    Field<&MissingInserterRequest::seed>({.name = "seed", .help = "Seed; -1 chooses one."})};

struct InteractionRequest {
  std::string source_frame;
  std::vector<std::string> factor_columns;
  bool pairwise = false;
  int64_t max_factors = 100;
  int64_t min_occurrence = 1;
  std::string dest;
};
template <>
inline constexpr auto kFields<InteractionRequest> = std::tuple{
    Field<&InteractionRequest::source_frame>(
        {.name = "source_frame", .help = "Name of the frame."}),
    Field<&InteractionRequest::factor_columns>(
        {.name = "factor_columns", .help = "Names of the enum columns."}),
    Field<&InteractionRequest::pairwise>(
        {.name = "pairwise", .help = "Each two columns; else all of them at once."}),
    Field<&InteractionRequest::max_factors>(
        {.name = "max_factors", .help = "Most levels, the commonest ones.", .min = 1}),
    Field<&InteractionRequest::min_occurrence>(
        {.name = "min_occurrence", .help = "Rows that a level has at least.", .min = 1}),
    Field<&InteractionRequest::dest>({.name = "dest", .help = "Name of the new frame."})};

struct SplitFrameRequest {
  std::string dataset;
  std::vector<double> ratios;
  std::vector<std::string> destination_frames;
};
template <>
inline constexpr auto kFields<SplitFrameRequest> = std::tuple{
    Field<&SplitFrameRequest::dataset>({.name = "dataset", .help = "Name of the frame."}),
    Field<&SplitFrameRequest::ratios>(
        {.name = "ratios", .help = "Shares of all parts but the last."}),
    Field<&SplitFrameRequest::destination_frames>(
        {.name = "destination_frames", .help = "Names of the parts."})};

struct FindRequest {
  std::string key;
  std::string column;
  int64_t row = 0;
  std::string match;
};
template <>
inline constexpr auto kFields<FindRequest> = std::tuple{
    Field<&FindRequest::key>({.name = "key", .help = "Name of the frame."}),
    Field<&FindRequest::column>({.name = "column", .help = "Name of the column."}),
    Field<&FindRequest::row>({.name = "row", .help = "Row to begin at.", .min = 0}),
    Field<&FindRequest::match>({.name = "match", .help = "The cell; empty: a missing one."})};

Json CreateFrame(const CreateFrameRequest& request, Call& call);
Json InsertMissing(const MissingInserterRequest& request, Call& call);
Json MakeInteraction(const InteractionRequest& request, Call& call);
Json SplitFrame(const SplitFrameRequest& request, Call& call);
HttpResponse FindCell(const FindRequest& request, Call& call);
// What is not there says so.
Json RefuseTabulate(const FieldList& fields, Call& call);
Json RefuseDct(const FieldList& fields, Call& call);

}  // namespace thalweg
