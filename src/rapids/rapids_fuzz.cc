// Any text as an expression on small frames: it comes to something, or is refused.
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "cluster/local/local_ranks.h"
#include "frame/chunk_builder.h"
#include "rapids/rapids.h"

namespace thalweg {
namespace {

Frame SmallFrame() {
  const auto layout = std::make_shared<const Layout>(std::vector<int64_t>{0, 2, 5});
  const auto column = [&](ColumnType type, ChunkPtr a, ChunkPtr b, DomainPtr domain = nullptr) {
    return std::make_shared<const Column>(type, std::vector<ChunkPtr>{std::move(a), std::move(b)},
                                          std::move(domain));
  };
  using Integers = std::vector<int64_t>;
  using Reals = std::vector<double>;
  using Texts = std::vector<std::string_view>;
  return Frame(layout, {"i", "r", "e", "t", "s"},
               {column(ColumnType::kInteger, EncodeIntegers(Integers{1, kMissingInt}),
                       EncodeIntegers(Integers{0, -7, 1})),
                column(ColumnType::kReal, EncodeReals(Reals{0.5, kMissingReal}),
                       EncodeReals(Reals{-1.25, 1e300, 0})),
                column(ColumnType::kCategorical, EncodeIntegers(Integers{0, 1}),
                       EncodeIntegers(Integers{kMissingInt, 2, 0}),
                       std::make_shared<const Domain>(std::vector<std::string>{"1", "b", "c"})),
                column(ColumnType::kTime, EncodeIntegers(Integers{0, 1600000000000}),
                       EncodeIntegers(Integers{kMissingInt, -1, 951825600000})),
                column(ColumnType::kString, EncodeStrings(Texts{"ab c", {}}),
                       EncodeStrings(Texts{"", "2020-01-01", "x"}))});
}

}  // namespace
}  // namespace thalweg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thalweg;
  static ThreadPool pool(1);
  static const auto frame =
      std::make_shared<FrameEntry>(std::make_shared<const Frame>(SmallFrame()));
  Catalog catalog;
  catalog.Put("f", frame);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Numbers of rows that are allowed, but too many for a fuzzer.
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool after_digit = digits > 0;
    digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
    if (digits > 4 || (after_digit && (text[i] == 'e' || text[i] == 'E'))) return -1;
  }
  RunLocalRanks(1, [&](Communicator& ranks) {
    const WorkContext work;
    const CommandTimes times;
    CommandContext context{ranks, pool, catalog, work, times};
    try {
      EvaluateRapids(text, "s", context);
    } catch (const UserError&) {
    }
  });
  EndRapidsSession("s", catalog);
  return 0;
}
