#include "albert/version.h"

namespace albert {

std::string_view version() noexcept { return ALBERT_VERSION; }

}  // namespace albert
