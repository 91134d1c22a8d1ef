// Joining two frames on equal keys.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "cluster/communicator.h"
#include "frame/frame.h"

namespace thalweg {

enum class JoinKind {
  kInner,  // rows that have partners
  kLeft,   // and rows of the left frame without
  kRight,  // and rows of the right frame without
  kOuter,  // both
};

struct JoinOptions {
  JoinKind kind = JoinKind::kInner;
  // Positions of the key columns, as many on both sides; the first ones are matched, and so on.
  std::vector<size_t> left_keys;
  std::vector<size_t> right_keys;
};

// Columns: the keys, then the other columns of the left frame, then those of the right; names that
// would occur twice get ".1" (or .2, ...) on the right. Keys have the left frame's names, and its
// domains (right join: the right frame's; outer: the left levels and then those of the right that
// are new).
//
// Keys are equal where their values are: levels of categorical columns by their text, numbers
// whatever their type (1 and 1.0; H2O matches none of these). Missing keys have no partners.
// UserError where key columns cannot be compared (numbers with text), or where repeated keys give
// more rows than can be numbered or held in memory (MemoryError).
//
// Rows, as in H2O: by key, ascending (rows without partners among the others; missing first), the
// rows of one key by the row of the left frame and then of the right (right join: by the row of the
// right frame and then of the left). Categorical keys go by the levels' order in the other frame;
// rows of levels that it does not have come first of all, in their order.
Frame JoinFrames(const Frame& left, const Frame& right, const JoinOptions& options,
                 ThreadPool& pool);

// The same over ranks; a collective. Either frame may be in parts or whole. Rows of both sides go
// to the ranks of their ranges of keys and are joined there; all rows of one key are on one rank.
Frame JoinFrames(const Frame& left, const Frame& right, const JoinOptions& options,
                 Communicator& ranks, ThreadPool& pool);

}  // namespace thalweg
