#include "text_lines.h"

#include <algorithm>
#include <filesystem>

#include "failure.h"
#include "raw_input.h"
#include "utf8.h"

namespace cli {

namespace fs = std::filesystem;

TextLines::TextLines(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      if (path != "-" && !fs::exists(path, error)) throw Failure(Exit::missing, path + ": no such file or folder");
      files_.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    try {
      for (const auto& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file()) found.push_back(entry.path().string());
    } catch (const fs::filesystem_error& failure) {
      throw Failure(Exit::missing, path + ": cannot be read: " + failure.code().message());
    }
    if (found.empty()) throw Failure(Exit::missing, path + ": the folder holds no files");
    std::sort(found.begin(), found.end());
    files_.insert(files_.end(), found.begin(), found.end());
  }
}

TextLines::~TextLines() = default;

bool TextLines::next(std::string& line) {
  constexpr std::size_t longest = std::size_t{1} << 24;
  for (;; stream_.reset()) {
    if (stream_ == nullptr) {
      if (position_ == files_.size()) return false;
      stream_ = std::make_unique<albert::ByteStream>(std::make_unique<RawInput>(files_[position_++]));
      number_ = 0;
    }
    line.clear();
    bool too_long = false;
    if (!in_stage(Stage::data, [&] { return stream_->get_line(line, longest, too_long); })) continue;
    ++number_;
    if (too_long) {  // cut, perhaps through a character: back to where that one starts
      while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U) line.pop_back();
      if (!line.empty()) line.pop_back();
    }
    if (line.ends_with('\r')) line.pop_back();
    // Another encoding would be learned from as if it were rare characters.
    if (!is_utf8(line)) throw Failure(Exit::bad_data, stream_->name() + ": line " + std::to_string(number_) + " is not UTF-8");
    return true;
  }
}

}  // namespace cli
