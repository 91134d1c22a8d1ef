#include "base/error.h"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

namespace thalweg {
namespace {

[[noreturn]] void Refuse(std::vector<FieldError> errors) { throw FieldErrors(std::move(errors)); }

TEST(CollectFieldErrors, ReportsAllAtOnce) {
  std::vector<FieldError> errors;
  CollectFieldErrors(errors, [] { Refuse({{"epochs", "give a number"}}); });
  CollectFieldErrors(errors, [] {});
  CollectFieldErrors(errors, [] { Refuse({{"rate", "a"}, {"loss", "b"}}); });
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].field, "epochs");
  EXPECT_EQ(errors[2].message, "b");
}

[[gnu::noinline]] std::optional<size_t> Column(const std::string& name) {
  if (name.size() > 3) Refuse({{"response_column", "no column " + name}});
  return name.size();
}

[[gnu::noinline]] size_t ColumnOr7(std::optional<size_t> column) { return column ? *column : 7; }

[[gnu::noinline]] void FillTheStack() {
  volatile char bytes[4096];
  std::memset(const_cast<char*>(bytes), 0xff, sizeof bytes);
}

[[gnu::noinline]] size_t ColumnAfterErrors(const std::string& name) {
  std::vector<FieldError> errors;
  std::optional<size_t> column;
  size_t found = 0;
  CollectFieldErrors(errors, [&] { column = Column(name); });
  CollectFieldErrors(errors, [&] { found = ColumnOr7(column); });
  return found;
}

// What an assignment that throws would have set keeps what it had: the compiler's options must see
// to it (cmake/compiler.cmake).
TEST(CollectFieldErrors, WhatWasNotSetKeepsItsBeginning) {
  for (const std::string name : {"long name", "longer name"}) {
    FillTheStack();
    EXPECT_EQ(ColumnAfterErrors(name), 7U);
  }
  EXPECT_EQ(ColumnAfterErrors("abc"), 3U);
}

}  // namespace
}  // namespace thalweg
