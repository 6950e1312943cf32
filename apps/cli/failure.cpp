#include "failure.h"

namespace cli {

const std::vector<std::pair<Exit, std::string>>& exit_meanings() {
  static const std::vector<std::pair<Exit, std::string>> meanings{
      {Exit::done, "done; also when the reader of standard output went away"},
      {Exit::failed, "failed for want of memory"},
      {Exit::usage, "usage: an option, a value or a variable that cannot be"},
      {Exit::bad_data, "bad input data: a row, a model or a configuration file"},
      {Exit::missing, "an input is missing or cannot be read"},
      {Exit::internal, "internal error: please report it"},
      {Exit::write, "results cannot be written"},
      {Exit::interrupted, "interrupted"},
  };
  return meanings;
}

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
