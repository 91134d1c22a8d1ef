#include "frame/frame.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "frame/chunk_builder.h"

namespace thalweg {
namespace {

// A random frame, and its cells as plain vectors: the model that operations are checked against.
struct Model {
  std::vector<std::string> names;
  std::vector<ColumnType> types;
  // Numeric cells as doubles, text of strings in `texts` (missing: "\1"), of the same index.
  std::vector<std::vector<double>> cells;
  std::vector<std::vector<std::string>> texts;
};

LayoutPtr RandomLayout(Random& random, int64_t rows, size_t ranks = 1) {
  std::vector<int64_t> starts = {0};
  while (starts.back() < rows) {
    starts.push_back(std::min(rows, starts.back() + static_cast<int64_t>(random.Below(60))));
  }
  std::vector<uint32_t> firsts = {0};
  for (size_t rank = 1; rank < ranks; ++rank) {
    firsts.push_back(std::min(static_cast<uint32_t>(starts.size() - 1),
                              firsts.back() + static_cast<uint32_t>(random.Below(4))));
  }
  firsts.push_back(static_cast<uint32_t>(starts.size() - 1));
  return std::make_shared<const Layout>(std::move(starts), std::move(firsts));
}

const DomainPtr kColours =
    std::make_shared<const Domain>(std::vector<std::string>{"red", "green", "blue"});

ColumnPtr AddColumn(Random& random, const Layout& layout, ColumnType type, std::string name,
                    Model* model) {
  const auto rows = static_cast<size_t>(layout.rows());
  std::vector<double> cells(rows);
  std::vector<std::string> texts(rows);
  const bool sparse = random.Bernoulli(0.3);
  for (size_t i = 0; i < rows; ++i) {
    const bool missing = random.Bernoulli(0.1);
    const auto whole = static_cast<double>(random.Below(3));
    cells[i] = missing                     ? kMissingReal
               : sparse && i % 9 != 0      ? 0
               : type == ColumnType::kReal ? whole / 10 + (random.Bernoulli(0.01) ? 1e-9 : 0)
                                           : whole;
    texts[i] = missing ? "\1" : std::string(random.Below(4), 'a') + std::to_string(i % 7);
  }
  std::vector<ChunkPtr> chunks;
  for (size_t c = 0; c < layout.chunks(); ++c) {
    const auto begin = static_cast<size_t>(layout.ChunkStart(c));
    const auto count = static_cast<size_t>(layout.ChunkRows(c));
    if (type == ColumnType::kReal) {
      chunks.push_back(EncodeReals(std::span(cells).subspan(begin, count)));
    } else if (type == ColumnType::kString) {
      std::vector<std::string_view> views;
      for (size_t i = begin; i < begin + count; ++i) {
        views.push_back(texts[i] == "\1" ? std::string_view() : texts[i]);
      }
      chunks.push_back(EncodeStrings(views));
    } else if (type == ColumnType::kUuid) {
      std::vector<Uuid> uuids;
      for (size_t i = begin; i < begin + count; ++i) {
        uuids.push_back(std::isnan(cells[i]) ? kMissingUuid
                                             : Uuid{static_cast<uint64_t>(cells[i]), i});
      }
      chunks.push_back(EncodeUuids(uuids));
    } else {
      std::vector<int64_t> ints;
      for (size_t i = begin; i < begin + count; ++i) {
        ints.push_back(std::isnan(cells[i]) ? kMissingInt : static_cast<int64_t>(cells[i]));
      }
      chunks.push_back(EncodeIntegers(ints));
    }
  }
  model->names.push_back(std::move(name));
  model->types.push_back(type);
  model->cells.push_back(std::move(cells));
  model->texts.push_back(std::move(texts));
  return std::make_shared<const Column>(type, std::move(chunks),
                                        type == ColumnType::kCategorical ? kColours : nullptr);
}

Frame RandomFrame(Random& random, const LayoutPtr& layout, const std::string& prefix,
                  Model* model) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < 6; ++i) {
    columns.push_back(
        AddColumn(random, *layout, static_cast<ColumnType>(i), prefix + std::to_string(i), model));
  }
  return Frame(layout, model->names, columns);
}

// `offset`: which row of the model the frame's first one is.
void CheckAgainst(const Frame& frame, const Model& model, int64_t offset = 0) {
  ASSERT_EQ(frame.names(), model.names);
  const auto rows = static_cast<size_t>(frame.rows());
  for (size_t column = 0; column < frame.columns(); ++column) {
    SCOPED_TRACE(frame.name(column));
    ASSERT_EQ(frame.column(column).type(), model.types[column]);
    const auto model_row = [&](size_t i) { return static_cast<size_t>(offset) + i; };
    if (model.types[column] == ColumnType::kString) {
      std::vector<std::string_view> views(rows);
      ReadCells(frame, column, 0, std::span(views));
      for (size_t i = 0; i < rows; ++i) {
        const std::string& expected = model.texts[column][model_row(i)];
        ASSERT_EQ(views[i].data() == nullptr ? "\1" : views[i], expected);
      }
    } else if (model.types[column] == ColumnType::kUuid) {
      std::vector<Uuid> uuids(rows);
      ReadCells(frame, column, 0, std::span(uuids));
      for (size_t i = 0; i < rows; ++i) {
        const double cell = model.cells[column][model_row(i)];
        const Uuid expected =
            std::isnan(cell) ? kMissingUuid : Uuid{static_cast<uint64_t>(cell), model_row(i)};
        ASSERT_EQ(uuids[i], expected);
      }
    } else {
      std::vector<double> cells(rows);
      ReadCells(frame, column, 0, std::span(cells));
      for (size_t i = 0; i < rows; ++i) {
        const double expected = model.cells[column][model_row(i)];
        ASSERT_TRUE(cells[i] == expected || (std::isnan(cells[i]) && std::isnan(expected)));
      }
    }
  }
}

TEST(FrameTest, SlicesAgainstAModel) {
  Random random(1);
  for (int trial = 0; trial < 20; ++trial) {
    Model model;
    const auto rows = static_cast<int64_t>(random.Below(400));
    const LayoutPtr layout = RandomLayout(random, rows, 1 + random.Below(3));
    const Frame frame = RandomFrame(random, layout, "x", &model);
    CheckAgainst(frame, model);
    for (int cut = 0; cut < 6; ++cut) {
      const auto begin = static_cast<int64_t>(random.Below(static_cast<uint64_t>(rows) + 1));
      const int64_t end =
          begin + static_cast<int64_t>(random.Below(static_cast<uint64_t>(rows - begin) + 1));
      const Frame slice = frame.Slice(begin, end);
      ASSERT_EQ(slice.rows(), end - begin);
      EXPECT_EQ(slice.layout().ranks(), layout->ranks());
      CheckAgainst(slice, model, begin);
      // A row stays with its owner.
      for (int64_t row = begin; row < end; ++row) {
        const Layout& cut_layout = slice.layout();
        ASSERT_EQ(cut_layout.OwnerOf(cut_layout.ChunkOf(row - begin)),
                  layout->OwnerOf(layout->ChunkOf(row)));
      }
    }
  }
}

TEST(FrameTest, BindAgainstAModel) {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const auto rows = static_cast<int64_t>(random.Below(400));
    Model left_model;
    Model right_model;
    const LayoutPtr layout = RandomLayout(random, rows);
    const Frame left = RandomFrame(random, layout, "x", &left_model);
    const Frame right = RandomFrame(random, trial % 3 == 0 ? layout : RandomLayout(random, rows),
                                    "y", &right_model);
    const Frame both = left.Bind(right);
    EXPECT_EQ(both.layout_ptr(), layout);
    Model model = left_model;
    model.names.insert(model.names.end(), right_model.names.begin(), right_model.names.end());
    model.types.insert(model.types.end(), right_model.types.begin(), right_model.types.end());
    model.cells.insert(model.cells.end(), right_model.cells.begin(), right_model.cells.end());
    model.texts.insert(model.texts.end(), right_model.texts.begin(), right_model.texts.end());
    CheckAgainst(both, model);
    EXPECT_EQ(both.column_ptr(0), left.column_ptr(0));
    if (trial % 3 == 0) {
      EXPECT_EQ(both.column_ptr(6), right.column_ptr(0));
    }
  }
}

TEST(FrameTest, ZerosKeepTheirSignWhereChunksAreRecut) {
  const double zeros[] = {-0.0, 0.0, -0.0};
  std::vector<ChunkPtr> chunks;
  for (const double& zero : zeros) chunks.push_back(EncodeReals(std::span(&zero, 1)));
  const auto column = std::make_shared<const Column>(ColumnType::kReal, std::move(chunks));
  const Frame thirds(std::make_shared<const Layout>(std::vector<int64_t>{0, 1, 2, 3}), {"a"},
                     {column});
  const auto one = std::make_shared<const Column>(
      ColumnType::kReal, std::vector<ChunkPtr>{EncodeReals(std::vector<double>{1, 2, 3})});
  const Frame whole(std::make_shared<const Layout>(std::vector<int64_t>{0, 3}), {"b"}, {one});
  std::vector<double> cells(3);
  ReadCells(whole.Bind(thirds), 1, 0, std::span(cells));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(std::signbit(cells[i]), std::signbit(zeros[i])) << i;
}

TEST(FrameTest, ColumnsAreAddedReplacedRenamedAndDropped) {
  Random random(3);
  Model model;
  const LayoutPtr layout = RandomLayout(random, 100);
  const Frame frame = RandomFrame(random, layout, "x", &model);
  Model changed = model;
  const ColumnPtr added = AddColumn(random, *layout, ColumnType::kReal, "new", &changed);
  CheckAgainst(frame.WithColumn("new", added), changed);
  CheckAgainst(frame, model);

  EXPECT_EQ(frame.WithReplaced(2, added).column_ptr(2), added);
  const Frame renamed = frame.WithNames({"a", "b", "c", "d", "e", "f"});
  EXPECT_EQ(renamed.name(5), "f");
  EXPECT_EQ(renamed.column_ptr(5), frame.column_ptr(5));
  const size_t positions[] = {4, 0};
  const Frame selected = frame.Select(positions);
  EXPECT_EQ(selected.names(), (std::vector<std::string>{"x4", "x0"}));
  EXPECT_EQ(selected.column_ptr(0), frame.column_ptr(4));
  EXPECT_EQ(frame.Without(positions).names(), (std::vector<std::string>{"x1", "x2", "x3", "x5"}));
}

TEST(FrameTest, NamesThatDoNotFit) {
  Random random(4);
  Model model;
  const LayoutPtr layout = RandomLayout(random, 10);
  const Frame frame = RandomFrame(random, layout, "price", &model);
  EXPECT_EQ(frame.IndexOf("price3"), 3U);
  EXPECT_EQ(frame.Find("nothing"), std::nullopt);
  try {
    frame.IndexOf("prcie3");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "there is no column 'prcie3'; did you mean 'price3'?");
  }
  EXPECT_THROW(frame.WithColumn("price1", frame.column_ptr(0)), UserError);
  EXPECT_THROW(frame.WithNames({"a"}), UserError);
  EXPECT_THROW(frame.WithNames({"a", "b", "c", "d", "e", "a"}), UserError);
  EXPECT_THROW(frame.Bind(frame), UserError);
  EXPECT_THROW(frame.Slice(5, 11), UserError);
  EXPECT_THROW(frame.Slice(0, 5).Bind(frame.WithNames({"a", "b", "c", "d", "e", "f"})), UserError);
  const auto other = std::make_shared<const Layout>(std::vector<int64_t>{0, 4, 10});
  EXPECT_THROW(Frame(other, {"x"}, {frame.column_ptr(0)}), InternalError);
}

TEST(FrameTest, ByteSizeCountsSharedPartsOnce) {
  Random random(5);
  Model model;
  const LayoutPtr layout = RandomLayout(random, 300);
  const Frame frame = RandomFrame(random, layout, "x", &model);
  size_t chunks = 0;
  for (size_t column = 0; column < frame.columns(); ++column) {
    for (size_t c = 0; c < layout->chunks(); ++c) {
      chunks += frame.column(column).chunk(c).ByteSize();
    }
  }
  EXPECT_GT(frame.ByteSize(), chunks);
  const Frame twice = frame.Bind(frame.WithNames({"a", "b", "c", "d", "e", "f"}));
  EXPECT_LT(twice.ByteSize(), frame.ByteSize() + 1000);
}

TEST(LayoutTest, ChunksAndOwnersOfRows) {
  const Layout layout({0, 3, 3, 10}, {0, 1, 1, 3});
  EXPECT_EQ(layout.ChunkOf(2), 0U);
  EXPECT_EQ(layout.ChunkOf(3), 2U);
  EXPECT_EQ(layout.ChunkOf(9), 2U);
  EXPECT_EQ(layout.OwnerOf(0), 0U);
  EXPECT_EQ(layout.OwnerOf(1), 2U);
  EXPECT_EQ(layout.ranks(), 3U);
  EXPECT_THROW(layout.ChunkOf(10), InternalError);
  EXPECT_THROW(Layout({0, 5, 4}), InternalError);
  EXPECT_THROW(Layout({0, 5}, {0, 2}), InternalError);
}

TEST(DomainTest, FindsLevelsInAnyOrder) {
  for (const std::vector<std::string>& levels :
       {std::vector<std::string>{"a", "b", "c"}, {"zebra", "ape", "", "bee"}, {}}) {
    const Domain domain(levels);
    for (size_t i = 0; i < levels.size(); ++i) {
      EXPECT_EQ(domain.Find(levels[i]), static_cast<int64_t>(i));
    }
    EXPECT_EQ(domain.Find("bear"), -1);
    EXPECT_EQ(domain.Find("zz"), -1);
  }
  EXPECT_GT(Domain({std::string(1000, 'x')}).ByteSize(), 1000U);
}

TEST(RemapCodesTest, CodesMoveMissingCellsStay) {
  const std::vector<int64_t> codes = {0, 2, kMissingInt, 1, 2};
  const std::vector<int64_t> map = {7, 0, 3};
  const ChunkPtr chunk = RemapCodes(*EncodeIntegers(codes), map);
  std::vector<int64_t> out(5);
  chunk->Decode(0, std::span<int64_t>(out));
  EXPECT_EQ(out, (std::vector<int64_t>{7, 3, kMissingInt, 0, 3}));
  EXPECT_THROW(RemapCodes(*EncodeIntegers(codes), std::vector<int64_t>{1}), InternalError);
}

}  // namespace
}  // namespace thalweg
