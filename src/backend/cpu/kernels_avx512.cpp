#include "backend/cpu/kernels_impl.h"
#include "backend/cpu/vector_avx512.h"

namespace albert::backend::cpu {

constinit const Kernels kAvx512Kernels = make_kernels<Avx512>("avx512");

}  // namespace albert::backend::cpu
