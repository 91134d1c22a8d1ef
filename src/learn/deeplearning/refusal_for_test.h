// For tests: a training that is to be refused, with the field and a part of the reason.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace thalweg {

template <class Train>
void ExpectRefusal(const Train& train, const std::string& field, const std::string& text) {
  try {
    train();
    ADD_FAILURE() << field << " " << text << " was accepted";
  } catch (const FieldErrors& errors) {
    EXPECT_EQ(errors.errors()[0].field, field);
    EXPECT_THAT(errors.errors()[0].message, ::testing::HasSubstr(text));
  }
}

}  // namespace thalweg
