// The keyword arguments of the configuration's constructor.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "albert/config.h"

namespace albert {

/// **kwargs: members are popped by name, and what remains keeps its order.
struct AlbertConfig::Arguments {
  /// Null is no arguments; Error{type} for anything but an object. `json` must outlive this.
  explicit Arguments(const Json& json);

  /// The argument, which is then taken, or null.
  const Json* pop(std::string_view name);
  [[nodiscard]] const Json* peek(std::string_view name) const;
  [[nodiscard]] std::vector<const Json::Member*> rest() const;

 private:
  std::vector<const Json::Member*> members_;  // null: taken
  std::unordered_map<std::string_view, std::size_t> places_;
};

}  // namespace albert
