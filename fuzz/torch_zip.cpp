// pytorch_model.bin, the zip form.
#include "formats/torch_file.h"
#include "tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::accepts([&] { fuzz::touch(albert::formats::read_torch_zip(fuzz::file_of(data, size))); });
  return 0;
}
