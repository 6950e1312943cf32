#pragma once

#include <cstdint>
#include <string>

namespace albert {

/// A piece of text and its id.
struct TokenAndId {
  std::string text;
  std::int32_t id;
};

}  // namespace albert
