// How many threads are worth starting.
#pragma once

#include "albert/export.h"

namespace ALBERT_API albert {

/// Cores this process may run on (its affinity mask and its cgroup's quota).
[[nodiscard]] int usable_cores() noexcept;

}  // namespace ALBERT_API albert
