// safetensors: every tensor that is accepted can be read to its last byte.
#include "formats/safetensors.h"

#include "tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::accepts([&] { fuzz::touch(albert::formats::read_safetensors(fuzz::file_of(data, size))); });
  return 0;
}
