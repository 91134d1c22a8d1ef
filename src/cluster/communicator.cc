#include "cluster/communicator.h"

#include <fmt/format.h>

namespace thalweg {
namespace {

std::string MessageOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown error";
  }
}

}  // namespace

RankFailure::RankFailure(int failed_rank, const std::string& message)
    : std::runtime_error(fmt::format("rank {}: {}", failed_rank, message)), rank_(failed_rank) {}

void Communicator::Agree(const std::exception_ptr& mine) {
  // First byte: whether it failed; the rest: why.
  const std::vector<std::string> outcomes =
      AllGather(mine ? "1" + MessageOf(mine) : std::string("0"));
  if (mine) std::rethrow_exception(mine);
  for (size_t r = 0; r < outcomes.size(); ++r) {
    if (outcomes[r][0] == '1') throw RankFailure(static_cast<int>(r), outcomes[r].substr(1));
  }
}

}  // namespace thalweg
