// Records as bytes and back, both out of one list of their members: a function
//   template <class Archive> void VisitMembers(Archive& archive, Record& record)
// that calls archive(record.x, record.y, …). For what travels between processes of the same
// program; numbers keep their bits.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/byte_record.h"

namespace thalweg {

class Packer {
 public:
  template <class... T>
  void operator()(T&... values) {
    (Put(values), ...);
  }
  // A value that has bytes of its own.
  template <class T, class ToBytes, class FromBytes>
  void As(T& value, const ToBytes& to_bytes, const FromBytes& /*from_bytes*/) {
    writer_.Text(to_bytes(value));
  }
  const std::string& bytes() const { return writer_.bytes(); }

 private:
  template <class T>
  void Put(T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      static_assert(sizeof(T) <= sizeof(uint64_t));
      uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof(T));
      writer_.Number(bits);
    } else {
      VisitMembers(*this, value);
    }
  }
  void Put(std::string& text) { writer_.Text(text); }
  template <class T>
  void Put(std::vector<T>& values) {
    writer_.Number(values.size());
    for (T& value : values) Put(value);
  }
  template <class T, size_t N>
  void Put(std::array<T, N>& values) {
    for (T& value : values) Put(value);
  }
  template <class T>
  void Put(std::optional<T>& value) {
    writer_.Number(value ? 1 : 0);
    if (value) Put(*value);
  }
  template <class T>
  requires std::is_default_constructible_v<T>
  void Put(std::shared_ptr<const T>& value) {
    writer_.Number(value ? 1 : 0);
    if (!value) return;
    T copy = *value;
    Put(copy);
  }

  internal::ByteWriter writer_;
};

class Unpacker {
 public:
  Unpacker(std::string_view bytes, std::string source) : reader_(bytes, std::move(source)) {}

  template <class... T>
  void operator()(T&... values) {
    (Take(values), ...);
  }
  template <class T, class ToBytes, class FromBytes>
  void As(T& value, const ToBytes& /*to_bytes*/, const FromBytes& from_bytes) {
    value = from_bytes(reader_.Text());
  }

 private:
  template <class T>
  void Take(T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      const uint64_t bits = reader_.Number();
      std::memcpy(&value, &bits, sizeof(T));
    } else {
      VisitMembers(*this, value);
    }
  }
  void Take(std::string& text) { text = reader_.Text(); }
  template <class T>
  void Take(std::vector<T>& values) {
    values.clear();
    for (uint64_t n = reader_.Count(1); n > 0; --n) Take(values.emplace_back());
  }
  template <class T, size_t N>
  void Take(std::array<T, N>& values) {
    for (T& value : values) Take(value);
  }
  template <class T>
  void Take(std::optional<T>& value) {
    value.reset();
    if (reader_.Number() == 1) Take(value.emplace());
  }
  template <class T>
  requires std::is_default_constructible_v<T>
  void Take(std::shared_ptr<const T>& value) {
    value = nullptr;
    if (reader_.Number() != 1) return;
    auto taken = std::make_shared<T>();
    Take(*taken);
    value = std::move(taken);
  }

  internal::ByteReader reader_;
};

template <class T>
std::string Packed(T value) {
  Packer packer;
  packer(value);
  return packer.bytes();
}

// UserError with this source where the bytes end too early.
template <class T>
T Unpacked(std::string_view bytes, std::string source) {
  T value{};
  Unpacker unpacker(bytes, std::move(source));
  unpacker(value);
  return value;
}

}  // namespace thalweg
