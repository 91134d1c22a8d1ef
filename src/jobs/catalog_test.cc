#include "jobs/catalog.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

class Thing : public Entry {
 public:
  EntryKind kind() const override { return EntryKind::kOther; }
  size_t ByteSize() const override { return 1; }
};

Frame EmptyFrame() { return {std::make_shared<const Layout>(std::vector<int64_t>{0}), {}, {}}; }

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Catalog, NamesAreOneSpace) {
  Catalog catalog;
  catalog.PutFrame("a", EmptyFrame());
  EXPECT_NE(catalog.GetFrame("a"), nullptr);
  catalog.Put("a", std::make_shared<Thing>());
  EXPECT_EQ(MessageOf([&] { catalog.GetFrame("a"); }), "a is something else, not a frame");
  EXPECT_EQ(MessageOf([&] { catalog.GetModel("b"); }), "there is no model b in memory");
  EXPECT_THROW(catalog.GetFrame("b"), NotFound);
  EXPECT_THROW(catalog.Put("", std::make_shared<Thing>()), UserError);
}

TEST(Catalog, WhatIsHeldStaysAfterItsNameIsGone) {
  Catalog catalog;
  catalog.PutFrame("a", EmptyFrame());
  const auto held = catalog.GetFrame("a");
  EXPECT_TRUE(catalog.Remove("a"));
  EXPECT_FALSE(catalog.Remove("a"));
  EXPECT_EQ(held->rows(), 0);
  EXPECT_EQ(catalog.Find("a"), nullptr);
}

TEST(Catalog, ListsInTheOrderOfPutting) {
  Catalog catalog;
  for (const char* name : {"c", "a", "b"}) catalog.PutFrame(name, EmptyFrame());
  catalog.Put("t", std::make_shared<Thing>());
  std::string names;
  for (const auto& [name, entry] : catalog.List(EntryKind::kFrame)) names += name;
  EXPECT_EQ(names, "cab");
  EXPECT_EQ(catalog.List().size(), 4U);
}

TEST(Catalog, RenameReplacesTheTarget) {
  Catalog catalog;
  catalog.PutFrame("a", EmptyFrame());
  catalog.Put("b", std::make_shared<Thing>());
  EXPECT_TRUE(catalog.Rename("a", "b"));
  EXPECT_NE(catalog.GetFrame("b"), nullptr);
  EXPECT_EQ(catalog.size(), 1U);
  EXPECT_TRUE(catalog.Rename("b", "b"));
  EXPECT_EQ(catalog.size(), 1U);
  EXPECT_FALSE(catalog.Rename("nothing", "c"));
}

TEST(Catalog, RemoveAllBut) {
  Catalog catalog;
  for (const char* name : {"a", "b", "c"}) catalog.PutFrame(name, EmptyFrame());
  catalog.RemoveAllBut({"b", "unknown"});
  ASSERT_EQ(catalog.List().size(), 1U);
  EXPECT_EQ(catalog.List()[0].first, "b");
}

TEST(Catalog, FreeNames) {
  Catalog catalog;
  EXPECT_EQ(catalog.FreeName("iris.hex"), "iris.hex");
  catalog.PutFrame("iris.hex", EmptyFrame());
  EXPECT_EQ(catalog.FreeName("iris.hex"), "iris1.hex");
  catalog.PutFrame("iris1.hex", EmptyFrame());
  EXPECT_EQ(catalog.FreeName("iris.hex"), "iris2.hex");
  catalog.PutFrame("plain", EmptyFrame());
  EXPECT_EQ(catalog.FreeName("plain"), "plain1");
}

TEST(Catalog, VersionsTellWhichCommandPutAnEntry) {
  Catalog catalog;
  const auto entry = std::make_shared<Thing>();
  {
    const CommandScope scope(7);
    catalog.Put("a", entry);
    catalog.Put("a", entry);
    catalog.Put("b", entry);
  }
  catalog.Put("c", entry);
  EXPECT_EQ(catalog.FindItem("a")->version, (EntryVersion{7, 1}));
  EXPECT_EQ(catalog.FindItem("b")->version, (EntryVersion{7, 0}));
  EXPECT_EQ(catalog.FindItem("c")->version, (EntryVersion{0, 0}));
  const uint64_t number = catalog.FindItem("a")->number;
  catalog.Rename("a", "d");
  EXPECT_EQ(catalog.FindItem("d")->number, number);
  EXPECT_FALSE(catalog.FindItem("a"));
}

TEST(Catalog, ChangesAreHeardOf) {
  Catalog catalog;
  const uint64_t seen = catalog.changes();
  EXPECT_EQ(catalog.WaitForChange(seen, std::chrono::milliseconds(1)), seen);
  catalog.Put("a", std::make_shared<Thing>());
  EXPECT_GT(catalog.WaitForChange(seen, std::chrono::seconds(10)), seen);
  const uint64_t put = catalog.changes();
  EXPECT_FALSE(catalog.Remove("b"));
  EXPECT_EQ(catalog.changes(), put);
  EXPECT_TRUE(catalog.Remove("a"));
  EXPECT_GT(catalog.changes(), put);
}

TEST(Catalog, NamesAndTheirNumberAreBounded) {
  Catalog catalog;
  const EntryPtr thing = std::make_shared<Thing>();
  catalog.Put(std::string(Catalog::kLongestName, 'x'), thing);
  const std::string longer(Catalog::kLongestName + 1, 'x');
  EXPECT_NE(MessageOf([&] { catalog.Put(longer, thing); }).find("too long"), std::string::npos);
  EXPECT_NE(MessageOf([&] { catalog.Rename(std::string(Catalog::kLongestName, 'x'), longer); }),
            "");
  for (size_t i = 1; i < Catalog::kMostNames; ++i) catalog.Put(std::to_string(i), thing);
  EXPECT_EQ(MessageOf([&] { catalog.Put("one more", thing); }),
            "500,000 names are in memory, as many as there may be: remove some first");
  catalog.Put("1", thing);
  catalog.Remove("2");
  catalog.Put("one more", thing);
  EXPECT_EQ(catalog.size(), Catalog::kMostNames);
}

TEST(Catalog, PropertiesAreBounded) {
  Catalog catalog;
  EXPECT_THROW(catalog.SetProperty("long", std::string(Catalog::kLongestName, 'x')), UserError);
  for (size_t i = 0; i < Catalog::kMostProperties; ++i) {
    catalog.SetProperty("session a " + std::to_string(i), "x");
  }
  EXPECT_THROW(catalog.SetProperty("one more", "x"), UserError);
  catalog.SetProperty("session a 0", "y");
  EXPECT_EQ(catalog.Property("session a 0"), "y");
  catalog.SetProperty("session a 0", "");  // nothing is kept of it
  catalog.SetProperty("one more", "x");
  catalog.RemoveProperties("session a ");
  EXPECT_EQ(catalog.Property("session a 1"), "");
  EXPECT_EQ(catalog.Property("one more"), "x");
}

}  // namespace
}  // namespace thalweg
