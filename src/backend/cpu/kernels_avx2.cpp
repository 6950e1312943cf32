#include "backend/cpu/kernels_impl.h"
#include "backend/cpu/vector_avx2.h"

namespace albert::backend::cpu {

constinit const Kernels kAvx2Kernels = make_kernels<Avx2>("avx2");

}  // namespace albert::backend::cpu
