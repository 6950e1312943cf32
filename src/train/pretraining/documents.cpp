#include "train/pretraining/documents.h"

#include <algorithm>
#include <filesystem>

#include "albert/byte_stream.h"
#include "base/check.h"
#include "base/file.h"

namespace albert {
namespace {

namespace fs = std::filesystem;

/// A paragraph is cut here if it goes on; far more than any has.
constexpr std::size_t kMostParagraph = std::size_t{1} << 20;
constexpr std::size_t kMostLine = std::size_t{64} << 20;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\f\v") == std::string_view::npos; }

/// Lines of a text, joined to paragraphs, split into sentences.
class Paragraphs {
 public:
  explicit Paragraphs(const SentenceSink& sink) : sink_(sink) {}
  void add(std::string_view line) {
    if (is_blank(line)) {
      end();
      return;
    }
    if (!text_.empty()) text_ += ' ';
    text_ += line;
    if (text_.size() > kMostParagraph) end();
  }
  void end() {
    for (auto& sentence : split_sentences(text_)) sink_.sentence(std::move(sentence));
    text_.clear();
  }

 private:
  const SentenceSink& sink_;
  std::string text_;
};

void add_text(std::string_view text, const SentenceSink& sink) {
  Paragraphs paragraphs(sink);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    paragraphs.add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  paragraphs.end();
}

void read_json_line(const std::string& line, std::int64_t number, const std::string& path, const std::string& text_field,
                    const SentenceSink& sink) {
  if (is_blank(line)) return;
  Json row;
  try {
    row = parse_json(line);
  } catch (const Error& error) {
    fail(ErrorCode::bad_data, "{}:{}: {}", path, number, error.what());
  }
  const Json* text = row.find(text_field);
  require(text != nullptr && text->is_string(), ErrorCode::bad_data, "{}:{}: expected an object with a text in '{}'", path, number,
          text_field);
  add_text(text->as_string(), sink);
  sink.end_of_document();
}

}  // namespace

std::vector<std::string> text_files(std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    if (path == "-" || !is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    try {
      for (auto entry = fs::recursive_directory_iterator(path); entry != fs::recursive_directory_iterator(); ++entry) {
        const bool hidden = entry->path().filename().string().starts_with('.');
        if (hidden && entry->is_directory()) entry.disable_recursion_pending();
        if (!hidden && entry->is_regular_file()) inside.push_back(entry->path().string());
      }
    } catch (const fs::filesystem_error& error) {
      fail(ErrorCode::io, "{}: {}", path, error.code().message());
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

void read_documents(const std::string& path, TextFormat format, const std::string& text_field, const SentenceSink& sink) {
  if (format == TextFormat::automatic) format = without_compression(path).ends_with(".jsonl") ? TextFormat::jsonl : TextFormat::document;
  ByteStream stream(path);
  Paragraphs paragraphs(sink);
  std::string line;
  std::int64_t number = 0;
  for (bool too_long = false; stream.get_line(line, kMostLine, too_long); line.clear()) {
    ++number;
    sink.progress(line.size() + 1);
    require(!too_long, ErrorCode::bad_data, "{}:{}: a line of more than {} bytes", path, number, kMostLine);
    switch (format) {
      case TextFormat::automatic:
      case TextFormat::document:
        paragraphs.add(line);
        break;
      case TextFormat::lines:
        if (is_blank(line)) {
          sink.end_of_document();
        } else {
          sink.sentence(std::move(line));
        }
        break;
      case TextFormat::jsonl:
        read_json_line(line, number, path, text_field, sink);
        break;
    }
  }
  paragraphs.end();
  sink.end_of_document();
}

}  // namespace albert
