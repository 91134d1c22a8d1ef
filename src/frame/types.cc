#include "frame/types.h"

#include "base/error.h"

namespace thalweg {

std::string_view ColumnTypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kReal:
      return "real";
    case ColumnType::kInteger:
      return "int";
    case ColumnType::kCategorical:
      return "enum";
    case ColumnType::kTime:
      return "time";
    case ColumnType::kString:
      return "string";
    case ColumnType::kUuid:
      return "uuid";
  }
  throw InternalError("unknown column type");
}

}  // namespace thalweg
