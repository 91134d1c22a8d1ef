#include "base/cancel_scope.h"

namespace thalweg {
namespace {

thread_local const CancelToken* t_token = nullptr;

}  // namespace

CancelScope::CancelScope(const CancelToken* token) : outer_(t_token) { t_token = token; }
CancelScope::~CancelScope() { t_token = outer_; }
const CancelToken* CancelScope::current() { return t_token; }

}  // namespace thalweg
