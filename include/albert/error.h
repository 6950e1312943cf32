// The one exception type that leaves this library.
//
// Every failure - a wrong shape, a hostile file, a full disk - reaches the caller as an
// albert::Error with a code to branch on and a sentence to show: what went wrong, what was
// expected, what was got, and a hint. The library never prints, exits or aborts.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "albert/export.h"

namespace ALBERT_API albert {

/// What kind of failure an Error reports. Each names the exception kind of the reference that it
/// stands for, so that bindings can translate without reading the sentence.
enum class ErrorCode {
  value,            ///< a value that is not allowed (ValueError, RuntimeError of a shape)
  type,             ///< a value of the wrong type (TypeError)
  index,            ///< an id, position or label outside its range (IndexError)
  key,              ///< a name that is not known (KeyError, AttributeError)
  not_implemented,  ///< a combination that the reference, or this program, refuses (NotImplementedError)
  bad_data,         ///< the content of a file or a row is malformed (JSONDecodeError, SafetensorError)
  not_found,        ///< a file, directory or model that does not exist (OSError)
  io,               ///< reading or writing failed: permissions, full disk (OSError)
  resource,         ///< more memory or address space than is allowed
  interrupted,      ///< stopped by the user
  internal,         ///< a defect of this program
};

/// "value", "bad_data", ...
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace ALBERT_API albert
