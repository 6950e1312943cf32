// Which table of kernels this machine runs.
#pragma once

#include <string_view>

#include "backend/cpu/kernels.h"

namespace albert::backend::cpu {

/// The kernels of `isa`; empty: of $ALBERT_FORCE_ISA, else the best the machine has. Error{value}
/// for an unknown name or an instruction set that the machine lacks.
[[nodiscard]] const Kernels& choose_kernels(std::string_view isa);

}  // namespace albert::backend::cpu
