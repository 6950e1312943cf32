#include "albert/error.h"

namespace albert {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::value:
      return "value";
    case ErrorCode::type:
      return "type";
    case ErrorCode::index:
      return "index";
    case ErrorCode::key:
      return "key";
    case ErrorCode::not_implemented:
      return "not_implemented";
    case ErrorCode::bad_data:
      return "bad_data";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::io:
      return "io";
    case ErrorCode::resource:
      return "resource";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace albert
