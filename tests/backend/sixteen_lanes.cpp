#include "backend/cpu/kernels_impl.h"
#include "backend/cpu/vector_portable.h"
#include "cpu_testing.h"

namespace albert::backend {

constinit const cpu::Kernels kSixteenLanes = cpu::make_kernels<cpu::Portable<16, 8, 3>>("sixteen_lanes");

}  // namespace albert::backend
