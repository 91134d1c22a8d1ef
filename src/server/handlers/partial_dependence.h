// Partial dependence plots.
#pragma once

#include <string>
#include <vector>

#include "server/endpoint.h"

namespace thalweg {

struct PartialDependenceRequest {
  std::string model_id;
  std::string frame_id;
  std::vector<std::string> cols;
  std::string col_pairs_2dpdp;
  int64_t nbins = 20;
  bool add_missing_na = false;
  int64_t row_index = -1;
  int64_t weight_column_index = -1;
  std::vector<double> user_splits;
  std::vector<std::string> user_cols;
  std::vector<int64_t> num_user_splits;
  std::vector<std::string> targets;
  std::string destination_key;
};
template <>
inline constexpr auto kFields<PartialDependenceRequest> = std::tuple{
    Field<&PartialDependenceRequest::model_id>({.name = "model_id", .help = "Name of the model."}),
    Field<&PartialDependenceRequest::frame_id>(
        {.name = "frame_id", .help = "Name of the frame of rows."}),
    Field<&PartialDependenceRequest::cols>(
        {.name = "cols", .help = "Columns, each for a table of its own."}),
    Field<&PartialDependenceRequest::col_pairs_2dpdp>(
        {.name = "col_pairs_2dpdp", .help = "Pairs of columns, as in [[a,b],[a,c]]."}),
    Field<&PartialDependenceRequest::nbins>(
        {.name = "nbins", .help = "Points of numeric columns.", .min = 1, .max = 100000}),
    Field<&PartialDependenceRequest::add_missing_na>(
        {.name = "add_missing_na", .help = "One more point: missing."}),
    Field<&PartialDependenceRequest::row_index>(
        {.name = "row_index", .help = "Of this row alone; -1: the mean over all rows."}),
    Field<&PartialDependenceRequest::weight_column_index>(
        {.name = "weight_column_index", .help = "Position of the column of weights; -1: none."}),
    Field<&PartialDependenceRequest::user_splits>(
        {.name = "user_splits", .help = "Points of user_cols, one column after the other."}),
    Field<&PartialDependenceRequest::user_cols>(
        {.name = "user_cols", .help = "Columns with points of their own."}),
    Field<&PartialDependenceRequest::num_user_splits>(
        {.name = "num_user_splits", .help = "How many points each of user_cols has."}),
    Field<&PartialDependenceRequest::targets>(
        {.name = "targets", .help = "Classes, where there are more than two."}),
    Field<&PartialDependenceRequest::destination_key>(
        {.name = "destination_key", .help = "Name of what comes out."}),
};
Json StartPartialDependence(const PartialDependenceRequest& request, Call& call);

struct PartialDependenceName {
  std::string name;
};
template <>
inline constexpr auto kFields<PartialDependenceName> = std::tuple{
    Field<&PartialDependenceName::name>({.name = "name", .help = "What the job's result is."})};
HttpResponse GetPartialDependence(const PartialDependenceName& request, Call& call);

}  // namespace thalweg
