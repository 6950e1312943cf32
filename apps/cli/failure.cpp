#include "failure.h"

namespace cli {

Exit exit_for(albert::ErrorCode code, Stage stage) noexcept {
  using albert::ErrorCode;
  switch (code) {
    case ErrorCode::not_found:
      return Exit::missing;
    case ErrorCode::io:
      return stage == Stage::write ? Exit::write : Exit::missing;
    case ErrorCode::interrupted:
      return Exit::interrupted;
    case ErrorCode::internal:
      return Exit::internal;
    case ErrorCode::resource:
    case ErrorCode::value:
    case ErrorCode::type:
    case ErrorCode::index:
    case ErrorCode::key:
    case ErrorCode::not_implemented:
    case ErrorCode::bad_data:
      break;
  }
  return stage == Stage::options ? Exit::usage : Exit::bad_data;
}

}  // namespace cli
