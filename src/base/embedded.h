// The model that is built into the program: the files of one folder of models/, as bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace albert {

struct EmbeddedFile {
  const char* name;  ///< "config.json", "heads/question-answering/config.json"
  const std::byte* begin;
  const std::byte* end;
};

/// Empty when the program was built without it (ALBERT_EMBED_MODEL=OFF). Made by cmake/EmbedModel.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files() noexcept;
/// "embedded:albert-mini-en", which find_source() knows; empty without embedded files.
[[nodiscard]] const std::string& embedded_path();

}  // namespace albert
