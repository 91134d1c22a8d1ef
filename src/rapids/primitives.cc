// The closed list of the language's functions.
#include "rapids/primitives.h"

#include <algorithm>
#include <limits>
#include <string>

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
      {":=", AssignCells, "frame source [columns] [rows]", RowRule::kAligned,
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
      {"GB", GroupRows, "frame columns …", RowRule::kReduce,
       "Groups of rows with equal keys and their aggregates, each given by name, column and what "
       "missing cells do."},
      {"PermutationVarImp", PermutationImportances,
       "model frame metric samples repeats [features] [seed]", RowRule::kWhole,
       "How much worse a model gets when the cells of one column are shuffled."},
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
       "Some columns; -1 stands for all but the first.", true},
      {"cols_py", ColsPy, "frame columns", RowRule::kNone, "Some columns; -1 is the last.", true},
      {"dropdup", DropDuplicateRows, "frame columns keep", RowRule::kReduce,
       "The 'first' or 'last' of all rows that are equal in some columns."},
      {"flatten", Flatten, "frame", RowRule::kSpread,
       "The only cell of a frame as a number or string; other frames as they are."},
      {"getTimeZone", GetTimeZone, "", RowRule::kNone, "The time zone of the server."},
      {"getrow", GetRow, "frame", RowRule::kSpread, "The only row of a frame as numbers."},
      {"h2o.runif", RandomUniform, "frame [seed]", RowRule::kAligned,
       "A random number in [0, 1) for each row; -1 for a new seed."},
      {"intDiv", Binary<BinaryOp::kIntegerDivide>, "x y", RowRule::kAligned,
       "The whole part of the quotient of the whole parts of x and y."},
      {"is.na", IsMissing, "frame", RowRule::kAligned, "1 where a cell is missing, else 0."},
      {"levels", Levels, "frame", RowRule::kNone, "The levels of each categorical column."},
      {"max", Max, "frame", RowRule::kReduce, "The largest number; missing where a cell is.", true},
      {"maxNA", MaxPresent, "frame", RowRule::kReduce, "The largest number that is there.", true},
      {"mean", Mean, "frame [skip] [axis]", RowRule::kReduce,
       "The mean of each column, or with axis 1 of each row.", true},
      {"min", Min, "frame", RowRule::kReduce, "The smallest number; missing where a cell is.",
       true},
      {"minNA", MinPresent, "frame", RowRule::kReduce, "The smallest number that is there.", true},
      {"melt", MeltFrame, "frame ids [values] [variable] [value] [skip]", RowRule::kReduce,
       "One row per row and value column."},
      {"makeLeaderboard", MakeLeaderboard, "models frame sort_metric extra_columns scoring_data",
       RowRule::kWhole, "Models and the models of grids with their metrics, the best first."},
      {"merge", MergeFrames, "left right all_left all_right [left_keys] [right_keys] [method]",
       RowRule::kSpread, "Rows of two frames that have equal keys, side by side."},
      {"ncol", ColumnCount, "frame", RowRule::kNone, "The number of columns."},
      {"not", Not, "x", RowRule::kAligned, "The same as !!."},
      {"nrow", RowCount, "frame", RowRule::kNone, "The number of rows."},
      {"pivot", PivotFrame, "frame index column value", RowRule::kReduce,
       "One row per index, one column per value of a column."},
      {"prod", Product, "frame", RowRule::kReduce,
       "The product of all numbers; missing where a cell is.", true},
      {"prod.na", ProductPresent, "frame", RowRule::kReduce,
       "The product of all numbers that are there.", true},
      {"quantile", Quantiles, "frame probabilities [method] [weights]", RowRule::kReduce,
       "Quantiles of each column."},
      {"rank_within_groupby", RankWithinGroupBy, "frame groups columns directions name [sorted]",
       RowRule::kReduce, "The frame with the rank of each row within its group."},
      {"rbind", RowBind, "…", RowRule::kSpread, "Frames one below the other."},
      {"rows", Rows, "frame rows", RowRule::kReduce,
       "Some rows: ascending numbers, negative ones for all others, or a column that is 1 for "
       "them."},
      {"setTimeZone", SetTimeZone, "name", RowRule::kNone, "Sets the time zone of the server."},
      {"sum", Sum, "frame", RowRule::kReduce, "The sum of all numbers; missing where a cell is.",
       true},
      {"sumNA", SumPresent, "frame", RowRule::kReduce, "The sum of all numbers that are there.",
       true},
      {"sumaxis", SumAxis, "frame [skip] [axis]", RowRule::kReduce,
       "The sum of each column, or with axis 1 of each row.", true},
      {"sort", SortRowsBy, "frame columns [directions]", RowRule::kReduce,
       "Rows in the order of columns, missing ones first; directions are 1 or -1."},
      {"table", Table, "frame [second] [dense]", RowRule::kReduce,
       "How often each value, or pair of values, occurs."},
      {"topn", TopN, "frame column percent largest", RowRule::kReduce,
       "The largest (1) or smallest (-1) cells of a column and their rows."},
      {"unique", Unique, "column [missing]", RowRule::kReduce, "The different cells of a column."},
      {"|", Binary<BinaryOp::kOr>, "x y", RowRule::kAligned,
       "1 where x or y is 1, else 0; missing where that depends on a missing cell."},
      {"||", Binary<BinaryOp::kOr>, "x y", RowRule::kAligned, "The same as |."},
      {"abs", Abs, "x", RowRule::kAligned, "The absolute value."},
      {"acos", Acos, "x", RowRule::kAligned, "The arc cosine."},
      {"acosh", Acosh, "x", RowRule::kAligned, "The inverse hyperbolic cosine."},
      {"asin", Asin, "x", RowRule::kAligned, "The arc sine."},
      {"asinh", Asinh, "x", RowRule::kAligned, "The inverse hyperbolic sine."},
      {"atan", Atan, "x", RowRule::kAligned, "The arc tangent."},
      {"atanh", Atanh, "x", RowRule::kAligned, "The inverse hyperbolic tangent."},
      {"ceiling", Ceiling, "x", RowRule::kAligned, "The next whole number upward."},
      {"cos", Cos, "x", RowRule::kAligned, "The cosine."},
      {"cosh", Cosh, "x", RowRule::kAligned, "The hyperbolic cosine."},
      {"cospi", Cospi, "x", RowRule::kAligned, "The cosine of pi x."},
      {"digamma", DigammaOf, "x", RowRule::kAligned, "The first derivative of lgamma."},
      {"exp", Exp, "x", RowRule::kAligned, "e to the power of x."},
      {"expm1", Expm1, "x", RowRule::kAligned, "exp(x) - 1, exact near 0."},
      {"floor", Floor, "x", RowRule::kAligned, "The next whole number downward."},
      {"gamma", GammaOf, "x", RowRule::kAligned, "The gamma function."},
      {"lgamma", LogGammaOf, "x", RowRule::kAligned, "The logarithm of the gamma function."},
      {"log", Log, "x", RowRule::kAligned, "The natural logarithm."},
      {"log10", Log10, "x", RowRule::kAligned, "The logarithm to the base 10."},
      {"log1p", Log1p, "x", RowRule::kAligned, "log(1 + x), exact near 0."},
      {"log2", Log2, "x", RowRule::kAligned, "The logarithm to the base 2."},
      {"none", Identity, "x", RowRule::kAligned, "The number itself."},
      {"sign", Sign, "x", RowRule::kAligned, "-1, 0 or 1."},
      {"sin", Sin, "x", RowRule::kAligned, "The sine."},
      {"sinh", Sinh, "x", RowRule::kAligned, "The hyperbolic sine."},
      {"sinpi", Sinpi, "x", RowRule::kAligned, "The sine of pi x."},
      {"sqrt", Sqrt, "x", RowRule::kAligned, "The square root."},
      {"tan", Tan, "x", RowRule::kAligned, "The tangent."},
      {"tanh", Tanh, "x", RowRule::kAligned, "The hyperbolic tangent."},
      {"tanpi", Tanpi, "x", RowRule::kAligned, "The tangent of pi x."},
      {"trigamma", TrigammaOf, "x", RowRule::kAligned, "The second derivative of lgamma."},
      {"trunc", Trunc, "x", RowRule::kAligned, "The whole part."},
      {"round", Round, "x [digits]", RowRule::kAligned,
       "x to so many digits after the point; halves of whole numbers to the even one."},
      {"signif", Signif, "x [digits]", RowRule::kAligned, "x to so many significant digits."},

      {"all", All, "x", RowRule::kReduce, "1 if no number is 0."},
      {"any", Any, "x", RowRule::kReduce, "1 if a number is not 0 or missing."},
      {"any.factor", AnyFactor, "frame", RowRule::kNone, "1 if a column is categorical."},
      {"any.na", AnyPresent, "x", RowRule::kReduce, "1 if a number is not 0."},
      {"columnsByType", ColumnsByType, "frame [type]", RowRule::kReduce,
       "Positions of the columns that are numeric, categorical, string, time, uuid or bad."},
      {"cor", Correlation, "x y [use] [method]", RowRule::kReduce,
       "Correlations of the columns of x and y: Pearson, or Spearman with the lowest rank of equal "
       "cells."},
      {"cummax", CumulateMax, "frame [axis]", RowRule::kReduce,
       "Running maxima down the rows, or with axis 1 along them."},
      {"cummin", CumulateMin, "frame [axis]", RowRule::kReduce, "Running minima."},
      {"cumprod", CumulateProduct, "frame [axis]", RowRule::kReduce, "Running products."},
      {"cumsum", CumulateSum, "frame [axis]", RowRule::kReduce, "Running sums."},
      {"filterNACols", FilterMissingColumns, "frame fraction", RowRule::kReduce,
       "Positions of the columns with a smaller share of missing cells."},
      {"is.character", IsCharacter, "frame", RowRule::kNone, "Whether each column holds strings."},
      {"is.factor", IsFactor, "frame", RowRule::kNone, "Whether each column is categorical."},
      {"is.numeric", IsNumericColumn, "frame", RowRule::kNone,
       "Whether each column holds numbers."},
      {"kurtosis", Kurtosis, "frame [skip]", RowRule::kReduce, "The kurtosis of each column."},
      {"median", Median, "frame [skip]", RowRule::kReduce, "The median of each column."},
      {"naCnt", MissingCounts, "frame", RowRule::kReduce,
       "How many cells of each column are missing."},
      {"nlevels", LevelCount, "column", RowRule::kNone, "How many levels a column has."},
      {"sd", StandardDeviation, "frame [skip]", RowRule::kReduce,
       "The standard deviation of each column."},
      {"skewness", Skewness, "frame [skip]", RowRule::kReduce, "The skewness of each column."},
      {"var", Variance, "x y [use] [symmetric]", RowRule::kReduce,
       "Covariances of the columns of x and y."},

      {"appendLevels", AppendLevels, "column in_place levels", RowRule::kNone,
       "The column with more levels behind its own."},
      {"countmatches", CountMatches, "frame texts", RowRule::kAligned,
       "How often the texts occur in each cell."},
      {"cut", Cut, "column breaks [labels] [lowest] [right] [digits]", RowRule::kReduce,
       "Numbers as the intervals in which they lie."},
      {"difflag1", DifferenceLag, "column", RowRule::kReduce,
       "The difference of each cell from the one before."},
      {"entropy", Entropy, "frame", RowRule::kAligned,
       "The entropy of the characters of each cell, in bits."},
      {"grep", Grep, "column pattern [ignore_case] [invert] [logical]", RowRule::kReduce,
       "The rows that match a pattern, or 1 and 0 for each row."},
      {"h2o.fillna", FillMissing, "frame method [axis] [most]", RowRule::kReduce,
       "Missing cells filled with the last present one before (forward) or after them (backward), "
       "down the rows or along them, at most so many in a row."},
      {"h2o.impute", Impute, "frame column [method] [combine] [groups] [group_frame] [values]",
       RowRule::kReduce,
       "Fills missing cells of the named frame in place with the mean, median or mode; the values "
       "used."},
      {"h2o.random_stratified_split", StratifiedSplit, "column [share] [seed]", RowRule::kReduce,
       "train or test for each row, every class in the same share."},
      {"hist", Histogram, "column [breaks]", RowRule::kReduce,
       "Counts of the numbers in intervals."},
      {"ifelse", IfElse, "test yes no", RowRule::kReduce,
       "The cell of yes where the test is not 0, else of no.", true},
      {"kfold_column", FoldColumn, "frame folds [seed]", RowRule::kAligned,
       "A random fold for each row."},
      {"lstrip", StripLeft, "frame [characters]", RowRule::kAligned,
       "Cells without these characters at their left ends."},
      {"match", Match, "column values [otherwise] [first]", RowRule::kAligned,
       "The place of each cell in a list."},
      {"modulo_kfold_column", ModuloFoldColumn, "frame folds", RowRule::kAligned, "Folds in turn."},
      {"na.omit", OmitMissing, "frame", RowRule::kReduce, "The rows without a missing cell."},
      {"num_valid_substrings", ValidSubstrings, "column path", RowRule::kNone,
       "Not available: expressions read no files."},
      {"relevel", Relevel, "column level", RowRule::kAligned, "The column with this level first."},
      {"relevel.by.freq", RelevelByFrequency, "frame [weights] [top]", RowRule::kReduce,
       "Levels by how often they occur."},
      {"rep_len", RepeatLength, "x length", RowRule::kReduce,
       "Cells of a column, or columns of a frame, again and again up to this length."},
      {"replaceall", ReplaceAllText, "frame pattern by [ignore_case]", RowRule::kAligned,
       "Every match of a pattern replaced."},
      {"replacefirst", ReplaceFirstText, "frame pattern by [ignore_case]", RowRule::kAligned,
       "The first match of a pattern replaced."},
      {"rstrip", StripRight, "frame [characters]", RowRule::kAligned,
       "Cells without these characters at their right ends."},
      {"scale", Scale, "frame centre spread", RowRule::kReduce,
       "Numbers minus their mean (or given ones), by their standard deviation (or times given "
       "ones)."},
      {"seq", Sequence, "from to [by]", RowRule::kReduce, "A column of numbers in equal steps."},
      {"seq_len", SequenceLength, "length", RowRule::kReduce, "The numbers from 1 to the length."},
      {"setDomain", SetDomain, "column in_place levels", RowRule::kReduce,
       "The column with other names of its levels; with [] without those that no cell has."},
      {"setLevel", SetLevel, "column level", RowRule::kAligned,
       "The column with this level everywhere."},
      {"strDistance", StringDistance, "x y measure [compare_empty]", RowRule::kReduce,
       "How alike strings are: lv, lcs, qgram, jaccard, jw or soundex."},
      {"stratified_kfold_column", StratifiedFoldColumn, "column folds [seed]", RowRule::kReduce,
       "A random fold for each row, every class spread over all folds."},
      {"strlen", TextLength, "frame", RowRule::kAligned, "The number of characters."},
      {"strsplit", SplitText, "frame pattern", RowRule::kReduce,
       "The pieces of each cell between matches of a pattern, as columns."},
      {"substring", Substring, "frame begin [end]", RowRule::kAligned,
       "Characters from one position (from 0) up to before another."},
      {"tokenize", Tokenize, "frame pattern", RowRule::kReduce,
       "The pieces of all cells as rows, with a missing cell after each row's."},
      {"tolower", ToLowerText, "frame", RowRule::kAligned, "Lower case."},
      {"toupper", ToUpperText, "frame", RowRule::kAligned, "Upper case."},
      {"trim", TrimText, "frame", RowRule::kAligned, "Cells without blanks at their ends."},
      {"which", Which, "column", RowRule::kReduce, "The rows (from 0) where the cell is not 0."},
      {"which.max", WhichMax, "frame [skip] [axis]", RowRule::kReduce,
       "The row of the largest cell of each column, or with axis 1 the column of each row's."},
      {"which.min", WhichMin, "frame [skip] [axis]", RowRule::kReduce,
       "The same for the smallest cell."},

      {"!", Not, "x", RowRule::kAligned, "The same as !!."},
      {"**", Binary<BinaryOp::kPower>, "x y", RowRule::kAligned, "The same as ^."},
      {"//", Binary<BinaryOp::kIntegerDivide>, "x y", RowRule::kAligned, "The same as intDiv."},
      {"apply", ApplyFunction, "frame axis function", RowRule::kSpread,
       "The function of each row (axis 1) or each column (axis 2)."},
      {"ddply", ApplyToGroups, "frame columns function", RowRule::kWhole,
       "The function of the rows of each group of rows with equal keys; numbers or a row of them."},
      {"fairnessMetrics", FairnessMetrics, "model frame columns reference favourable",
       RowRule::kReduce,
       "How a model of two classes treats groups, beside one of reference (else the largest): a "
       "frame of all groups, and one of thresholds for each."},
      {"grouped_permute", NotAvailable, "frame …", RowRule::kNone, "Not available."},
      {"h2o.mad", MedianDeviation, "column [method] [factor]", RowRule::kReduce,
       "The median distance from the median, times a factor (1.4826); missing where a cell is."},
      {"mode", Mode, "column", RowRule::kReduce,
       "The code of the most frequent level, the first of several."},
      {"mojo.pipeline.transform", NotAvailable, "pipeline frame …", RowRule::kNone,
       "Not available: foreign model files."},
      {"perfectAUC", ExactAuc, "probabilities actuals", RowRule::kReduce,
       "The area under the ROC curve of probabilities against 0 and 1, exactly."},
      {"predicted.vs.actual.by.var", ActualsByLevel, "model frame variable predictions",
       RowRule::kReduce, "Means of predictions and responses per level of a column."},
      {"result", NotAvailable, "model", RowRule::kNone,
       "Not available: the learners that give one (model selection, ANOVA GLM)."},
      {"rulefit.predict.rules", NotAvailable, "model …", RowRule::kNone,
       "Not available: the learner RuleFit."},
      {"run_tool", NotAvailable, "name …", RowRule::kNone, "Not available: it runs foreign code."},
      {"segment_models_as_frame", NotAvailable, "models", RowRule::kNone,
       "Not available: models of segments."},
      {"set.calibration.model", NotAvailable, "model calibration", RowRule::kNone,
       "Not available: learners of trees."},
      {"transform", NotAvailable, "model frame", RowRule::kNone,
       "Not available: the learner GLRM."},
      {"tree.update.weights", NotAvailable, "model frame weights", RowRule::kNone,
       "Not available: learners of trees."},
      {"word2vec.to.frame", NotAvailable, "model", RowRule::kNone,
       "Not available: the learner Word2Vec."},
      {"as.Date", AsDate, "column pattern", RowRule::kAligned,
       "Times read from text by a pattern such as %Y-%m-%d, in milliseconds since 1970."},
      {"day", Day, "time", RowRule::kAligned, "The day of the month."},
      {"dayOfWeek", DayOfWeek, "time", RowRule::kAligned, "The day of the week, Mon to Sun."},
      {"distance", Distance, "x y measure", RowRule::kSpread,
       "The distance of each row of x to each row of y: l1, l2, cosine or cosine_sq (the last two "
       "are likenesses)."},
      {"hour", Hour, "time", RowRule::kAligned, "The hour of the day."},
      {"isax", Isax, "frame words cardinality [optimize]", RowRule::kReduce,
       "The iSAX word of each row as a series."},
      {"listTimeZones", ListTimeZones, "", RowRule::kNone, "All time zones."},
      {"ls", ListNames, "", RowRule::kNone, "The names of all that is in memory."},
      {"millis", Millisecond, "time", RowRule::kAligned, "The millisecond of the second."},
      {"minute", Minute, "time", RowRule::kAligned, "The minute of the hour."},
      {"mktime", MakeTime, "year month day [hour] [minute] [second] [millisecond]",
       RowRule::kAligned, "Milliseconds since 1970; months and days count from 0."},
      {"model.reset.threshold", ResetThreshold, "model threshold", RowRule::kNone,
       "Sets from which probability on rows are predicted as the second class; what it was."},
      {"moment", MakeMoment, "year month day [hour] [minute] [second] [millisecond]",
       RowRule::kAligned, "A time, in UTC; missing where there is no such day."},
      {"month", Month, "time", RowRule::kAligned, "The month, from 1."},
      {"second", Second, "time", RowRule::kAligned, "The second of the minute."},
      {"setproperty", SetProperty, "name value", RowRule::kNone,
       "Sets a property of the server; what it was before."},
      {"t", Transpose, "frame", RowRule::kWhole, "Rows as columns."},
      {"tf-idf", TermFrequencies, "frame document content [preprocess] [case_sensitive]",
       RowRule::kSpread, "Words of documents with their frequency and its weight."},
      {"week", Week, "time", RowRule::kAligned, "The week of the year by ISO 8601."},
      {"x", MatrixProduct, "x y", RowRule::kSpread, "The matrix product."},
      {"year", Year, "time", RowRule::kAligned, "The year."},
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

std::string RapidsReference() {
  static constexpr std::string_view kRows[] = {"aligned", "reduce", "whole", "none", "spread"};
  std::string page =
      "<!-- Generated by rapids_test (reference_test.cc); do not edit. -->\n"
      "# Rapids functions\n\n"
      "Expressions are sent to `POST /99/Rapids`. Arguments in brackets may be missing, `…` stands "
      "for more of them. Rows: how a function treats the rows of its frames: `aligned` (each chunk "
      "of rows alone), `reduce` (parts of chunks, joined), `spread` (the same, where frames need "
      "not have the same rows), `whole` (every rank gets all rows), `none` (reads no cells).\n\n"
      "Beside these there are forms that take names: `(tmp= name expression)` and `(assign name "
      "expression)` name a frame, `(rm name)` removes, `(rename from to)` renames.\n\n"
      "| function | rows | |\n|---|---|---|\n";
  for (const Primitive& primitive : AllPrimitives()) {
    std::string call = "(" + std::string(primitive.name);
    if (!primitive.signature.empty()) call += " " + std::string(primitive.signature);
    std::string row = "| `" + call + ")` | " +
                      std::string(kRows[static_cast<size_t>(primitive.rows)]) + " | " +
                      std::string(primitive.help) + " |\n";
    // A bar inside a cell would end it.
    for (size_t at = row.find("(|"); at != std::string::npos; at = row.find("(|", at + 3)) {
      row.replace(at, primitive.name.size() + 1, primitive.name.size() == 1 ? "(\\|" : "(\\|\\|");
    }
    page += row;
  }
  return page;
}

}  // namespace thalweg::internal
