// The documents of text files, sentence by sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "albert/pretraining.h"

namespace albert {

/// Where sentences go.
struct SentenceSink {
  std::function<void(std::string&& sentence)> sentence;
  std::function<void()> end_of_document;
  std::function<void(std::uint64_t bytes)> progress;  ///< bytes of text since the last call
};

/// Paths of files: folders are replaced by the files in them and below, in the order of their paths; names that begin with a
/// dot are passed over. Error{not_found|io}.
[[nodiscard]] std::vector<std::string> text_files(std::span<const std::string> paths);

/// Reads one file. Bytes that are no UTF-8 stay as they are. Error{not_found|io|bad_data}.
void read_documents(const std::string& path, TextFormat format, const std::string& text_field, const SentenceSink& sink);

}  // namespace albert
