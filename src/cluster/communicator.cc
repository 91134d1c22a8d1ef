#include "cluster/communicator.h"

#include <fmt/format.h>

#include <new>

#include "base/error.h"

namespace thalweg {

RankFailure::RankFailure(int failed_rank, const std::string& message, FailureKind kind)
    : message_(fmt::format("rank {}: {}", failed_rank, message)),
      rank_(failed_rank),
      kind_(kind),
      reason_at_(fmt::formatted_size("rank {}: ", failed_rank)) {}

RankFailure RankFailure::Of(const std::exception_ptr& error, int this_rank) {
  try {
    std::rethrow_exception(error);
  } catch (const RankFailure& e) {
    return e;
  } catch (const MemoryError& e) {
    return {this_rank, e.what(), FailureKind::kMemoryError};
  } catch (const UserError& e) {
    return {this_rank, e.what(), FailureKind::kUserError};
  } catch (const std::bad_alloc&) {
    return {this_rank, "not enough memory", FailureKind::kMemoryError};
  } catch (const Cancelled& e) {
    return {this_rank, e.what(), FailureKind::kCancelled};
  } catch (const std::exception& e) {
    return {this_rank, e.what(), FailureKind::kInternalError};
  } catch (...) {
    return {this_rank, "unknown error", FailureKind::kInternalError};
  }
}

void RankFailure::Rethrow() const {
  switch (kind_) {
    case FailureKind::kUserError:
      throw UserError(reason());
    case FailureKind::kMemoryError:
      throw MemoryError(reason());
    case FailureKind::kCancelled:
      throw Cancelled();
    case FailureKind::kLost:
    case FailureKind::kEnded:
    case FailureKind::kInternalError:
      break;
  }
  throw *this;
}

void Communicator::Agree(const std::exception_ptr& mine) {
  // First byte: whether it failed; the rest: why.
  const std::vector<std::string> outcomes = AllGather(
      mine ? "1" + std::string(RankFailure::Of(mine, rank()).reason()) : std::string("0"));
  if (mine) std::rethrow_exception(mine);
  for (size_t r = 0; r < outcomes.size(); ++r) {
    if (outcomes[r][0] == '1') throw RankFailure(static_cast<int>(r), outcomes[r].substr(1));
  }
}

}  // namespace thalweg
