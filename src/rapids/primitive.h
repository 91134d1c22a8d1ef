// The form of a primitive of the language; the list of all is in primitives.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rapids/evaluator.h"
#include "rapids/value.h"

namespace thalweg::internal {

// How a primitive treats the rows of its frames. On each rank it sees the chunks of that rank;
// frames of one row at most every rank has whole. Where it needs all rows the evaluator gathers
// them first and cuts the result afterwards: N ranks hold N copies then, so that kWhole is for what
// is small by nature, or cannot be done otherwise:
//   t                  gives at most 100,000 columns, so that the frame has few rows;
//   ddply              calls a function, which may be a collective, for one group after the other;
//   PermutationVarImp  scores one sample of the rows again and again;
//   makeLeaderboard    scores models on one frame, as their metrics are made.
enum class RowRule : uint8_t {
  kAligned,  // each chunk of the result depends on the same chunk of the arguments only
  kReduce,   // frames cut alike; the ranks exchange parts of results (rapids/chunks.h)
  kWhole,    // needs all rows
  kNone,     // reads no cells
  kSpread,   // as kReduce, but frames come cut and shared out as they are, each in its own way
};

using PrimitiveFunction = Value (*)(const Arguments& arguments, Evaluator& evaluator);

struct Primitive {
  std::string_view name;
  PrimitiveFunction run;
  // Names of the arguments, in brackets where they may be missing, "…" where more may follow; for
  // the reference and for the check of their number.
  std::string_view signature;
  RowRule rows;
  std::string_view help;  // a sentence
  // Whether it knows what to do with rows that each stand for themselves (value.h); aligned ones
  // always do.
  bool takes_each_row = false;
};

struct ArgumentCount {
  size_t least = 0;
  size_t most = 0;
};
ArgumentCount CountOf(const Primitive& primitive);

// Null if there is none.
const Primitive* FindPrimitive(std::string_view name);
// All, ascending by name.
const std::vector<Primitive>& AllPrimitives();
// The reference page of the language, in Markdown.
std::string RapidsReference();

}  // namespace thalweg::internal
