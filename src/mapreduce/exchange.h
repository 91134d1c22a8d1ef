// Numbers and small records from every rank to every rank.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "cluster/communicator.h"

namespace thalweg {

// A collective. to_each[r] goes to rank r; returns what each rank sent here. Items travel as their
// bytes.
template <class T>
std::vector<std::vector<T>> Exchange(std::vector<std::vector<T>> to_each, Communicator& ranks) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<std::string> messages;
  messages.reserve(to_each.size());
  for (std::vector<T>& items : to_each) {
    messages.emplace_back(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
    items = {};
  }
  std::vector<std::vector<T>> received;
  for (std::string& bytes : ranks.AllToAll(std::move(messages))) {
    Check(bytes.size() % sizeof(T) == 0, "whole items have come");
    received.emplace_back(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(received.back().data(), bytes.data(), bytes.size());
    bytes = {};
  }
  return received;
}

}  // namespace thalweg
