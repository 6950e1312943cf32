#include "albert/output_file.h"

#include "base/file.h"

namespace albert {

struct OutputFile::Impl {
  explicit Impl(const std::string& path) : writer(path) {}
  FileWriter writer;
};

OutputFile::OutputFile(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
OutputFile::~OutputFile() = default;
void OutputFile::write(std::string_view bytes) { impl_->writer.write(bytes); }
void OutputFile::commit() { impl_->writer.commit(); }

}  // namespace albert
