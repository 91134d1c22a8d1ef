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

// column_facts.cc
Value All(const Arguments& arguments, Evaluator& evaluator);
Value Any(const Arguments& arguments, Evaluator& evaluator);
Value AnyFactor(const Arguments& arguments, Evaluator& evaluator);
Value AnyPresent(const Arguments& arguments, Evaluator& evaluator);
Value ColumnsByType(const Arguments& arguments, Evaluator& evaluator);
Value FilterMissingColumns(const Arguments& arguments, Evaluator& evaluator);
Value IsCharacter(const Arguments& arguments, Evaluator& evaluator);
Value IsFactor(const Arguments& arguments, Evaluator& evaluator);
Value IsNumericColumn(const Arguments& arguments, Evaluator& evaluator);
Value LevelCount(const Arguments& arguments, Evaluator& evaluator);
Value MissingCounts(const Arguments& arguments, Evaluator& evaluator);

// covariance.cc
Value Correlation(const Arguments& arguments, Evaluator& evaluator);
Value Variance(const Arguments& arguments, Evaluator& evaluator);

// cumulate.cc
Value CumulateMax(const Arguments& arguments, Evaluator& evaluator);
Value CumulateMin(const Arguments& arguments, Evaluator& evaluator);
Value CumulateProduct(const Arguments& arguments, Evaluator& evaluator);
Value CumulateSum(const Arguments& arguments, Evaluator& evaluator);

// moments.cc
Value Kurtosis(const Arguments& arguments, Evaluator& evaluator);
Value MedianDeviation(const Arguments& arguments, Evaluator& evaluator);
Value Mode(const Arguments& arguments, Evaluator& evaluator);
Value Median(const Arguments& arguments, Evaluator& evaluator);
Value Skewness(const Arguments& arguments, Evaluator& evaluator);
Value StandardDeviation(const Arguments& arguments, Evaluator& evaluator);

// choose.cc
Value Cut(const Arguments& arguments, Evaluator& evaluator);
Value IfElse(const Arguments& arguments, Evaluator& evaluator);
Value Match(const Arguments& arguments, Evaluator& evaluator);
Value Which(const Arguments& arguments, Evaluator& evaluator);
Value WhichMax(const Arguments& arguments, Evaluator& evaluator);
Value WhichMin(const Arguments& arguments, Evaluator& evaluator);

// factors.cc
Value AppendLevels(const Arguments& arguments, Evaluator& evaluator);
Value Levels(const Arguments& arguments, Evaluator& evaluator);
Value Relevel(const Arguments& arguments, Evaluator& evaluator);
Value RelevelByFrequency(const Arguments& arguments, Evaluator& evaluator);
Value SetDomain(const Arguments& arguments, Evaluator& evaluator);
Value SetLevel(const Arguments& arguments, Evaluator& evaluator);

// fill.cc
Value FillMissing(const Arguments& arguments, Evaluator& evaluator);
Value Impute(const Arguments& arguments, Evaluator& evaluator);
Value OmitMissing(const Arguments& arguments, Evaluator& evaluator);

// folds.cc
Value FoldColumn(const Arguments& arguments, Evaluator& evaluator);
Value ModuloFoldColumn(const Arguments& arguments, Evaluator& evaluator);
Value StratifiedFoldColumn(const Arguments& arguments, Evaluator& evaluator);
Value StratifiedSplit(const Arguments& arguments, Evaluator& evaluator);

// numeric_columns.cc
Value DifferenceLag(const Arguments& arguments, Evaluator& evaluator);
Value Histogram(const Arguments& arguments, Evaluator& evaluator);
Value RepeatLength(const Arguments& arguments, Evaluator& evaluator);
Value Scale(const Arguments& arguments, Evaluator& evaluator);
Value Sequence(const Arguments& arguments, Evaluator& evaluator);
Value SequenceLength(const Arguments& arguments, Evaluator& evaluator);

// strings.cc
Value CountMatches(const Arguments& arguments, Evaluator& evaluator);
Value Entropy(const Arguments& arguments, Evaluator& evaluator);
Value Grep(const Arguments& arguments, Evaluator& evaluator);
Value ReplaceAllText(const Arguments& arguments, Evaluator& evaluator);
Value ReplaceFirstText(const Arguments& arguments, Evaluator& evaluator);
Value SplitText(const Arguments& arguments, Evaluator& evaluator);
Value StripLeft(const Arguments& arguments, Evaluator& evaluator);
Value StripRight(const Arguments& arguments, Evaluator& evaluator);
Value Substring(const Arguments& arguments, Evaluator& evaluator);
Value TextLength(const Arguments& arguments, Evaluator& evaluator);
Value ToLowerText(const Arguments& arguments, Evaluator& evaluator);
Value ToUpperText(const Arguments& arguments, Evaluator& evaluator);
Value Tokenize(const Arguments& arguments, Evaluator& evaluator);
Value TrimText(const Arguments& arguments, Evaluator& evaluator);
Value ValidSubstrings(const Arguments& arguments, Evaluator& evaluator);

// string_distance.cc
Value StringDistance(const Arguments& arguments, Evaluator& evaluator);

// apply.cc
Value ApplyFunction(const Arguments& arguments, Evaluator& evaluator);
Value ApplyToGroups(const Arguments& arguments, Evaluator& evaluator);

// not_available.cc
Value NotAvailable(const Arguments& arguments, Evaluator& evaluator);

// matrix.cc
Value Distance(const Arguments& arguments, Evaluator& evaluator);
Value MatrixProduct(const Arguments& arguments, Evaluator& evaluator);
Value Transpose(const Arguments& arguments, Evaluator& evaluator);

// series.cc
Value Isax(const Arguments& arguments, Evaluator& evaluator);
Value TermFrequencies(const Arguments& arguments, Evaluator& evaluator);

// times.cc
Value AsDate(const Arguments& arguments, Evaluator& evaluator);
Value Day(const Arguments& arguments, Evaluator& evaluator);
Value DayOfWeek(const Arguments& arguments, Evaluator& evaluator);
Value Hour(const Arguments& arguments, Evaluator& evaluator);
Value MakeMoment(const Arguments& arguments, Evaluator& evaluator);
Value MakeTime(const Arguments& arguments, Evaluator& evaluator);
Value Millisecond(const Arguments& arguments, Evaluator& evaluator);
Value Minute(const Arguments& arguments, Evaluator& evaluator);
Value Month(const Arguments& arguments, Evaluator& evaluator);
Value Second(const Arguments& arguments, Evaluator& evaluator);
Value Week(const Arguments& arguments, Evaluator& evaluator);
Value Year(const Arguments& arguments, Evaluator& evaluator);

// fairness.cc
Value FairnessMetrics(const Arguments& arguments, Evaluator& evaluator);

// leaderboard.cc
Value MakeLeaderboard(const Arguments& arguments, Evaluator& evaluator);

// models.cc
Value ActualsByLevel(const Arguments& arguments, Evaluator& evaluator);
Value ExactAuc(const Arguments& arguments, Evaluator& evaluator);
Value PermutationImportances(const Arguments& arguments, Evaluator& evaluator);
Value ResetThreshold(const Arguments& arguments, Evaluator& evaluator);
Value SetProperty(const Arguments& arguments, Evaluator& evaluator);

// control.cc
Value ListNames(const Arguments& arguments, Evaluator& evaluator);
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
Value Table(const Arguments& arguments, Evaluator& evaluator);
Value Unique(const Arguments& arguments, Evaluator& evaluator);

// primitives/reshape.cc
Value MeltFrame(const Arguments& arguments, Evaluator& evaluator);
Value PivotFrame(const Arguments& arguments, Evaluator& evaluator);

// primitives/quantile.cc
Value Quantiles(const Arguments& arguments, Evaluator& evaluator);

// primitives/histogram.cc

// unary.cc
Value Abs(const Arguments& arguments, Evaluator& evaluator);
Value Acos(const Arguments& arguments, Evaluator& evaluator);
Value Acosh(const Arguments& arguments, Evaluator& evaluator);
Value Asin(const Arguments& arguments, Evaluator& evaluator);
Value Asinh(const Arguments& arguments, Evaluator& evaluator);
Value Atan(const Arguments& arguments, Evaluator& evaluator);
Value Atanh(const Arguments& arguments, Evaluator& evaluator);
Value Ceiling(const Arguments& arguments, Evaluator& evaluator);
Value Cos(const Arguments& arguments, Evaluator& evaluator);
Value Cosh(const Arguments& arguments, Evaluator& evaluator);
Value Cospi(const Arguments& arguments, Evaluator& evaluator);
Value DigammaOf(const Arguments& arguments, Evaluator& evaluator);
Value Exp(const Arguments& arguments, Evaluator& evaluator);
Value Expm1(const Arguments& arguments, Evaluator& evaluator);
Value Floor(const Arguments& arguments, Evaluator& evaluator);
Value GammaOf(const Arguments& arguments, Evaluator& evaluator);
Value Identity(const Arguments& arguments, Evaluator& evaluator);
Value Log(const Arguments& arguments, Evaluator& evaluator);
Value Log10(const Arguments& arguments, Evaluator& evaluator);
Value Log1p(const Arguments& arguments, Evaluator& evaluator);
Value Log2(const Arguments& arguments, Evaluator& evaluator);
Value LogGammaOf(const Arguments& arguments, Evaluator& evaluator);
Value Not(const Arguments& arguments, Evaluator& evaluator);
Value Round(const Arguments& arguments, Evaluator& evaluator);
Value Sign(const Arguments& arguments, Evaluator& evaluator);
Value Signif(const Arguments& arguments, Evaluator& evaluator);
Value Sin(const Arguments& arguments, Evaluator& evaluator);
Value Sinh(const Arguments& arguments, Evaluator& evaluator);
Value Sinpi(const Arguments& arguments, Evaluator& evaluator);
Value Sqrt(const Arguments& arguments, Evaluator& evaluator);
Value Tan(const Arguments& arguments, Evaluator& evaluator);
Value Tanh(const Arguments& arguments, Evaluator& evaluator);
Value Tanpi(const Arguments& arguments, Evaluator& evaluator);
Value TrigammaOf(const Arguments& arguments, Evaluator& evaluator);
Value Trunc(const Arguments& arguments, Evaluator& evaluator);

// zones.cc
Value ListTimeZones(const Arguments& arguments, Evaluator& evaluator);
Value GetTimeZone(const Arguments& arguments, Evaluator& evaluator);
Value SetTimeZone(const Arguments& arguments, Evaluator& evaluator);

}  // namespace thalweg::internal
