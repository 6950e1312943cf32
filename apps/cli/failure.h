// How this program ends: exit codes, and the exception that carries one to main().
#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "albert/error.h"

namespace cli {

enum class Exit : int { done = 0, failed = 1, usage = 2, bad_data = 65, missing = 66, internal = 70, write = 74, interrupted = 130 };

/// Every code that the program ends with, and what it says.
[[nodiscard]] const std::vector<std::pair<Exit, std::string>>& exit_meanings();

class Failure : public std::runtime_error {
 public:
  Failure(Exit code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] Exit code() const noexcept { return code_; }

 private:
  Exit code_;
};

/// Standard output was closed by its reader: end quietly.
struct OutputClosed {};

/// What the program was doing when the library threw: the same error means another exit code.
enum class Stage {
  options,  ///< a value given on the command line is refused
  data,     ///< a model, a file or a row is at fault
  write,    ///< results are being written
};

[[nodiscard]] Exit exit_for(albert::ErrorCode code, Stage stage) noexcept;

/// Runs `body`, translating the library's errors for a stage.
template <class Body>
decltype(auto) in_stage(Stage stage, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const albert::Error& error) {
    throw Failure(exit_for(error.code(), stage), error.what());
  } catch (const std::bad_alloc&) {
    throw Failure(exit_for(albert::ErrorCode::resource, stage), "out of memory");
  }
}

}  // namespace cli
