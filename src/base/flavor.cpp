#include "albert/flavor.h"

#include "base/check.h"

namespace albert {

std::string_view to_string(Flavor flavor) noexcept {
  switch (flavor) {
    case Flavor::pytorch:
      return "pytorch";
    case Flavor::tensorflow:
      return "tensorflow";
    case Flavor::flax:
      return "flax";
  }
  return "pytorch";
}

Flavor flavor_from_string(std::string_view name) {
  for (const Flavor flavor : {Flavor::pytorch, Flavor::tensorflow, Flavor::flax})
    if (name == to_string(flavor)) return flavor;
  fail(ErrorCode::value, "unknown flavor '{}': expected pytorch, tensorflow or flax", name);
}

}  // namespace albert
