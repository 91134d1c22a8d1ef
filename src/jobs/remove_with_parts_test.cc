#include "jobs/remove_with_parts.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

class Whole : public Entry {
 public:
  explicit Whole(std::vector<std::string> parts) : parts_(std::move(parts)) {}
  EntryKind kind() const override { return EntryKind::kOther; }
  size_t ByteSize() const override { return 1; }
  std::vector<std::string> parts() const override { return parts_; }

 private:
  std::vector<std::string> parts_;
};

TEST(RemoveWithParts, PartsOfPartsGoToo) {
  Catalog catalog;
  const auto put = [&](const std::string& name, std::vector<std::string> parts) {
    catalog.Put(name, std::make_shared<Whole>(std::move(parts)));
  };
  put("grid", {"model", "gone already"});
  put("model", {"fold", "grid"});
  put("fold", {});
  put("other", {"model"});
  EXPECT_TRUE(RemoveWithParts("grid", catalog));
  EXPECT_EQ(catalog.size(), 1U);
  EXPECT_NE(catalog.Find("other"), nullptr);
  EXPECT_FALSE(RemoveWithParts("grid", catalog));
}

}  // namespace
}  // namespace thalweg
