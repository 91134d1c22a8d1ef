// All primitives of the language by topic; primitives.cc lists them with their names.
#pragma once

#include "rapids/binary.h"
#include "rapids/primitive.h"

namespace thalweg::internal {

// binary.cc
template <BinaryOp kOp>
Value Binary(const Arguments& arguments, Evaluator& evaluator);

// slice.cc
Value Cols(const Arguments& arguments, Evaluator& evaluator);
Value ColsPy(const Arguments& arguments, Evaluator& evaluator);
Value Rows(const Arguments& arguments, Evaluator& evaluator);
Value Flatten(const Arguments& arguments, Evaluator& evaluator);
Value GetRow(const Arguments& arguments, Evaluator& evaluator);

// assign.cc
Value Append(const Arguments& arguments, Evaluator& evaluator);
Value AssignCells(const Arguments& arguments, Evaluator& evaluator);
Value SetColumnNames(const Arguments& arguments, Evaluator& evaluator);

// bind.cc
Value ColumnBind(const Arguments& arguments, Evaluator& evaluator);
Value RowBind(const Arguments& arguments, Evaluator& evaluator);

// convert.cc
Value AsFactor(const Arguments& arguments, Evaluator& evaluator);
Value AsNumeric(const Arguments& arguments, Evaluator& evaluator);
Value AsCharacter(const Arguments& arguments, Evaluator& evaluator);

// factors.cc
Value Levels(const Arguments& arguments, Evaluator& evaluator);

// control.cc
Value InTurn(const Arguments& arguments, Evaluator& evaluator);
Value RowCount(const Arguments& arguments, Evaluator& evaluator);
Value ColumnCount(const Arguments& arguments, Evaluator& evaluator);

// missing.cc
Value IsMissing(const Arguments& arguments, Evaluator& evaluator);

// random.cc
Value RandomUniform(const Arguments& arguments, Evaluator& evaluator);

// reduce.cc
Value Max(const Arguments& arguments, Evaluator& evaluator);
Value MaxPresent(const Arguments& arguments, Evaluator& evaluator);
Value Mean(const Arguments& arguments, Evaluator& evaluator);
Value Min(const Arguments& arguments, Evaluator& evaluator);
Value MinPresent(const Arguments& arguments, Evaluator& evaluator);
Value Product(const Arguments& arguments, Evaluator& evaluator);
Value ProductPresent(const Arguments& arguments, Evaluator& evaluator);
Value Sum(const Arguments& arguments, Evaluator& evaluator);
Value SumPresent(const Arguments& arguments, Evaluator& evaluator);
Value SumAxis(const Arguments& arguments, Evaluator& evaluator);

// primitives/sort.cc
Value DropDuplicateRows(const Arguments& arguments, Evaluator& evaluator);
Value RankWithinGroupBy(const Arguments& arguments, Evaluator& evaluator);
Value SortRowsBy(const Arguments& arguments, Evaluator& evaluator);
Value TopN(const Arguments& arguments, Evaluator& evaluator);

// primitives/group.cc
Value GroupRows(const Arguments& arguments, Evaluator& evaluator);

// primitives/merge.cc
Value MergeFrames(const Arguments& arguments, Evaluator& evaluator);

// primitives/distinct.cc
Value Match(const Arguments& arguments, Evaluator& evaluator);
Value Table(const Arguments& arguments, Evaluator& evaluator);
Value Unique(const Arguments& arguments, Evaluator& evaluator);

// primitives/reshape.cc
Value MeltFrame(const Arguments& arguments, Evaluator& evaluator);
Value PivotFrame(const Arguments& arguments, Evaluator& evaluator);

// primitives/quantile.cc
Value Quantiles(const Arguments& arguments, Evaluator& evaluator);

// primitives/histogram.cc
Value Cut(const Arguments& arguments, Evaluator& evaluator);
Value Histogram(const Arguments& arguments, Evaluator& evaluator);

// unary.cc
Value Not(const Arguments& arguments, Evaluator& evaluator);

// zones.cc
Value GetTimeZone(const Arguments& arguments, Evaluator& evaluator);
Value SetTimeZone(const Arguments& arguments, Evaluator& evaluator);

}  // namespace thalweg::internal
