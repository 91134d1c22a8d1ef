// The closed list of the language's functions.
#include "rapids/primitives.h"

#include <algorithm>
#include <limits>

namespace thalweg::internal {
namespace {

// Arguments in brackets may be missing; "…" stands for any number of them.
const std::vector<Primitive>& List() {
  static const std::vector<Primitive> list = {
      {"!!", Not, "x", RowRule::kAligned, "1 where x is 0, 0 where it is another number."},
      {"!=", Binary<BinaryOp::kNotEqual>, "x y", RowRule::kAligned,
       "1 where x and y differ, else 0."},
      {"%", Binary<BinaryOp::kRemainder>, "x y", RowRule::kAligned,
       "The remainder of x / y, with the sign of x."},
      {"%%", Binary<BinaryOp::kRemainder>, "x y", RowRule::kAligned, "The same as %."},
      {"%/%", Binary<BinaryOp::kIntegerDivide>, "x y", RowRule::kAligned, "The same as intDiv."},
      {"&", Binary<BinaryOp::kAnd>, "x y", RowRule::kAligned,
       "0 where x or y is 0, else 1; missing where that depends on a missing cell."},
      {"&&", Binary<BinaryOp::kAnd>, "x y", RowRule::kAligned, "The same as &."},
      {"*", Binary<BinaryOp::kTimes>, "x y", RowRule::kAligned, "Product."},
      {"+", Binary<BinaryOp::kPlus>, "x y", RowRule::kAligned, "Sum."},
      {",", InTurn, "x …", RowRule::kNone, "Evaluates one after the other; the value of the last."},
      {"-", Binary<BinaryOp::kMinus>, "x y", RowRule::kAligned, "Difference."},
      {"/", Binary<BinaryOp::kDivide>, "x y", RowRule::kAligned, "Quotient."},
      {":=", AssignCells, "frame source [columns] [rows]", RowRule::kWhole,
       "The frame with cells of the source, or one value, in some columns and rows."},
      {"<", Binary<BinaryOp::kLess>, "x y", RowRule::kAligned, "1 where x is less than y, else 0."},
      {"<=", Binary<BinaryOp::kLessEqual>, "x y", RowRule::kAligned,
       "1 where x is at most y, else 0."},
      {"==", Binary<BinaryOp::kEqual>, "x y", RowRule::kAligned,
       "1 where x and y are the same number, level or string, or both are missing, else 0."},
      {">", Binary<BinaryOp::kGreater>, "x y", RowRule::kAligned,
       "1 where x is more than y, else 0."},
      {">=", Binary<BinaryOp::kGreaterEqual>, "x y", RowRule::kAligned,
       "1 where x is at least y, else 0."},
      {"GB", GroupRows, "frame columns …", RowRule::kWhole,
       "Groups of rows with equal keys and their aggregates, each given by name, column and what "
       "missing cells do."},
      {"^", Binary<BinaryOp::kPower>, "x y", RowRule::kAligned, "x to the power of y."},
      {"append", Append, "frame column name …", RowRule::kAligned,
       "The frame with more columns, each a column, a number or a string."},
      {"as.character", AsCharacter, "frame", RowRule::kAligned, "Columns as strings."},
      {"as.factor", AsFactor, "frame", RowRule::kAligned,
       "Columns as categorical ones: levels in the order of numbers or of text."},
      {"as.numeric", AsNumeric, "frame", RowRule::kAligned,
       "Columns as numbers: levels that are numbers as these, else their codes."},
      {"cbind", ColumnBind, "…", RowRule::kAligned,
       "Frames and numbers side by side; names that come again get 0, 1, … behind them."},
      {"colnames=", SetColumnNames, "frame columns names", RowRule::kNone,
       "The frame with other column names."},
      {"cols", Cols, "frame columns", RowRule::kNone,
       "Some columns; -1 stands for all but the first."},
      {"cols_py", ColsPy, "frame columns", RowRule::kNone, "Some columns; -1 is the last."},
      {"cut", Cut, "column breaks labels include_lowest right places", RowRule::kWhole,
       "Numbers as the intervals between breaks that they lie in."},
      {"dropdup", DropDuplicateRows, "frame columns keep", RowRule::kWhole,
       "The 'first' or 'last' of all rows that are equal in some columns."},
      {"flatten", Flatten, "frame", RowRule::kWhole,
       "The only cell of a frame as a number or string; other frames as they are."},
      {"getTimeZone", GetTimeZone, "", RowRule::kNone, "The time zone of the server."},
      {"getrow", GetRow, "frame", RowRule::kWhole, "The only row of a frame as numbers."},
      {"h2o.runif", RandomUniform, "frame [seed]", RowRule::kAligned,
       "A random number in [0, 1) for each row; -1 for a new seed."},
      {"hist", Histogram, "column breaks", RowRule::kWhole,
       "How many numbers lie between breaks, given as a list, as their number, or by a rule."},
      {"intDiv", Binary<BinaryOp::kIntegerDivide>, "x y", RowRule::kAligned,
       "The whole part of the quotient of the whole parts of x and y."},
      {"is.na", IsMissing, "frame", RowRule::kAligned, "1 where a cell is missing, else 0."},
      {"levels", Levels, "frame", RowRule::kNone, "The levels of each categorical column."},
      {"match", Match, "column table [none] [start]", RowRule::kAligned,
       "The place of each cell in a list, counted from start; none where it is not there."},
      {"max", Max, "frame", RowRule::kReduce, "The largest number; missing where a cell is."},
      {"maxNA", MaxPresent, "frame", RowRule::kReduce, "The largest number that is there."},
      {"mean", Mean, "frame [skip] [axis]", RowRule::kReduce,
       "The mean of each column, or with axis 1 of each row."},
      {"melt", MeltFrame, "frame ids [values] [variable] [value] [skip]", RowRule::kWhole,
       "One row per row and value column."},
      {"merge", MergeFrames, "left right all_left all_right [left_keys] [right_keys] [method]",
       RowRule::kWhole, "Rows of two frames that have equal keys, side by side."},
      {"min", Min, "frame", RowRule::kReduce, "The smallest number; missing where a cell is."},
      {"minNA", MinPresent, "frame", RowRule::kReduce, "The smallest number that is there."},
      {"ncol", ColumnCount, "frame", RowRule::kNone, "The number of columns."},
      {"not", Not, "x", RowRule::kAligned, "The same as !!."},
      {"nrow", RowCount, "frame", RowRule::kNone, "The number of rows."},
      {"pivot", PivotFrame, "frame index column value", RowRule::kWhole,
       "One row per index, one column per value of a column."},
      {"prod", Product, "frame", RowRule::kReduce,
       "The product of all numbers; missing where a cell is."},
      {"prod.na", ProductPresent, "frame", RowRule::kReduce,
       "The product of all numbers that are there."},
      {"quantile", Quantiles, "frame probabilities [method] [weights]", RowRule::kWhole,
       "Quantiles of each column."},
      {"rank_within_groupby", RankWithinGroupBy, "frame groups columns directions name [sorted]",
       RowRule::kWhole, "The frame with the rank of each row within its group."},
      {"rbind", RowBind, "…", RowRule::kWhole, "Frames one below the other."},
      {"rows", Rows, "frame rows", RowRule::kWhole,
       "Some rows: ascending numbers, negative ones for all others, or a column that is 1 for "
       "them."},
      {"setTimeZone", SetTimeZone, "name", RowRule::kNone, "Sets the time zone of the server."},
      {"sort", SortRowsBy, "frame columns [directions]", RowRule::kWhole,
       "Rows in the order of columns, missing ones first; directions are 1 or -1."},
      {"sum", Sum, "frame", RowRule::kReduce, "The sum of all numbers; missing where a cell is."},
      {"sumNA", SumPresent, "frame", RowRule::kReduce, "The sum of all numbers that are there."},
      {"sumaxis", SumAxis, "frame [skip] [axis]", RowRule::kReduce,
       "The sum of each column, or with axis 1 of each row."},
      {"table", Table, "frame [second] [dense]", RowRule::kWhole,
       "How often each value, or pair of values, occurs."},
      {"topn", TopN, "frame column percent largest", RowRule::kWhole,
       "The largest (1) or smallest (-1) cells of a column and their rows."},
      {"unique", Unique, "column [missing]", RowRule::kWhole, "The different cells of a column."},
      {"|", Binary<BinaryOp::kOr>, "x y", RowRule::kAligned,
       "1 where x or y is 1, else 0; missing where that depends on a missing cell."},
      {"||", Binary<BinaryOp::kOr>, "x y", RowRule::kAligned, "The same as |."},
  };
  return list;
}

}  // namespace

const std::vector<Primitive>& AllPrimitives() {
  static const std::vector<Primitive> sorted = [] {
    std::vector<Primitive> list = List();
    std::sort(list.begin(), list.end(),
              [](const Primitive& a, const Primitive& b) { return a.name < b.name; });
    return list;
  }();
  return sorted;
}

const Primitive* FindPrimitive(std::string_view name) {
  const auto& list = AllPrimitives();
  const auto found = std::lower_bound(
      list.begin(), list.end(), name,
      [](const Primitive& primitive, std::string_view wanted) { return primitive.name < wanted; });
  return found != list.end() && found->name == name ? &*found : nullptr;
}

ArgumentCount CountOf(const Primitive& primitive) {
  ArgumentCount count;
  std::string_view rest = primitive.signature;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (word == "…") {
      count.most = std::numeric_limits<size_t>::max();
      return count;
    }
    ++count.most;
    if (word.front() != '[') ++count.least;
  }
  return count;
}

}  // namespace thalweg::internal
