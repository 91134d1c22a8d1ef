// Declared records: a plain struct gives name, type and default of each member in C++; one table
// beside it gives the rest. From that one place come command-line flags, REST parsing and metadata,
// reference pages, grid search, checkpoints.
//
//   struct KMeansParams {
//     int64_t k = 2;
//     Init init = Init::kPlusPlus;
//   };
//   template <> inline constexpr auto kEnumNames<Init> = std::array{"Random", "PlusPlus"};
//   template <> inline constexpr auto kFields<KMeansParams> = std::tuple{
//       Field<&KMeansParams::k>({.name = "k", .help = "Number of clusters.", .min = 1}),
//       Field<&KMeansParams::init>({.name = "init", .help = "How the centres start."}),
//   };
//   const ParamSchema& schema = SchemaOf<KMeansParams>();
//
// A long list may be cut into parts, which then are all that the whole has:
//
//   struct NetParams : LayerParams, RateParams {
//     using Parts = std::tuple<LayerParams, RateParams>;
//   };
//
// A member without a line, or a help text that does not end with a full stop, does not compile.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/params.h"

namespace thalweg {

// What is said of a member beside its type and default.
struct FieldInfo {
  std::string_view name;
  std::string_view help;
  ParamLevel level = ParamLevel::kCritical;
  bool gridable = false;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_exclusive = false;
  bool max_exclusive = false;
};

// Names of the values 0, 1, 2, … of an enum.
template <class E>
inline constexpr std::array<const char*, 0> kEnumNames{};

// The table of a struct: a tuple of Field<…>.
template <class P>
inline constexpr std::tuple<> kFields{};

template <auto kMember>
struct Field {
  FieldInfo info;
  consteval Field(FieldInfo i) : info(i) {  // NOLINT(google-explicit-constructor)
    if (i.name.empty()) throw "a field has a name";
    if (i.help.empty() || i.help.back() != '.') throw "a help text ends with a full stop";
  }
};

namespace internal {

struct AnyValue {
  template <class T>
  constexpr operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class P, size_t... kIndex>
constexpr bool ConstructibleFrom(std::index_sequence<kIndex...>) {
  return requires { P{(static_cast<void>(kIndex), AnyValue{})...}; };
}

// Members of an aggregate: the longest list of initializers that it takes.
template <class P, size_t kCount = 128>
constexpr size_t MemberCount() {
  if constexpr (kCount == 0 || ConstructibleFrom<P>(std::make_index_sequence<kCount>())) {
    return kCount;
  } else {
    return MemberCount<P, kCount - 1>();
  }
}

template <class P>
concept HasParts = requires {
  typename P::Parts;
};

template <class... Part>
struct Joined : Part... {};

// Every member of P, or of its parts, has exactly one Field.
template <class P>
constexpr bool IsDeclared() {
  if constexpr (HasParts<P>) {
    return []<class... Part>(std::type_identity<std::tuple<Part...>>) {
      return sizeof(P) == sizeof(Joined<Part...>) && (IsDeclared<Part>() && ...);
    }(std::type_identity<typename P::Parts>{});
  } else {
    return MemberCount<P>() == std::tuple_size_v<decltype(kFields<P>)>;
  }
}

// kFields of P, or of its parts one after the other.
template <class P>
constexpr auto AllFields() {
  if constexpr (HasParts<P>) {
    return []<class... Part>(std::type_identity<std::tuple<Part...>>) {
      return std::tuple_cat(AllFields<Part>()...);
    }(std::type_identity<typename P::Parts>{});
  } else {
    return kFields<P>;
  }
}

template <class T>
struct MemberOf;
template <class P, class T>
struct MemberOf<T P::*> {
  using Struct = P;
  using Type = T;
};

template <class E>
ParamAccess EnumAccess() {
  ParamAccess access;
  access.type = ParamType::kEnum;
  for (const char* name : kEnumNames<E>) access.levels.emplace_back(name);
  access.get_enum = [](const void* p) { return static_cast<int>(*static_cast<const E*>(p)); };
  access.set_enum = [](void* p, int v) { *static_cast<E*>(p) = static_cast<E>(v); };
  return access;
}

template <auto kMember, class P>
ParamSpec SpecOf(const Field<kMember>& field, const P& defaults) {
  using Type = typename MemberOf<decltype(kMember)>::Type;
  ParamSpec spec;
  spec.name = field.info.name;
  spec.help = field.info.help;
  spec.level = field.info.level;
  spec.gridable = field.info.gridable;
  spec.min = field.info.min;
  spec.max = field.info.max;
  spec.min_exclusive = field.info.min_exclusive;
  spec.max_exclusive = field.info.max_exclusive;
  if constexpr (std::is_enum_v<Type>) {
    static_assert(!kEnumNames<Type>.empty(), "an enum parameter has kEnumNames");
    spec.access = EnumAccess<Type>();
  } else {
    spec.access.type = ParamTypeOf<Type>::kType;
  }
  spec.address = [](void* p) -> void* { return &(static_cast<P*>(p)->*kMember); };
  spec.default_text = spec.Format(&defaults);
  return spec;
}

}  // namespace internal

// The run-time form of kFields<P>, built once.
template <class P>
const ParamSchema& SchemaOf() {
  static_assert(internal::IsDeclared<P>(), "every member has exactly one Field in kFields");
  static const ParamSchema schema = [] {
    const P defaults{};
    std::vector<ParamSpec> specs;
    std::apply(
        [&](const auto&... field) { (specs.push_back(internal::SpecOf(field, defaults)), ...); },
        internal::AllFields<P>());
    return ParamSchema(std::move(specs));
  }();
  return schema;
}

}  // namespace thalweg
