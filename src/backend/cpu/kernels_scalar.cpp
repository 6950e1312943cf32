#include "backend/cpu/kernels_impl.h"
#include "backend/cpu/vector_portable.h"

namespace albert::backend::cpu {

constinit const Kernels kScalarKernels = make_kernels<Scalar>("scalar");

}  // namespace albert::backend::cpu
