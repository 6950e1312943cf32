#include "albert/byte_stream.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/decompressor.h"

namespace albert {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;

}  // namespace

ByteSource::~ByteSource() = default;

ByteStream::ByteStream(std::unique_ptr<ByteSource> source) : source_(std::move(source)), buffer_(kBuffer, '\0') {}
ByteStream::~ByteStream() = default;

void ByteStream::detect() {
  detected_ = true;
  do {
    const std::size_t count = source_->read(std::span(buffer_).subspan(size_));
    end_ = count == 0;
    size_ += count;
  } while (!end_ && size_ < kMagicBytes && may_become_magic({buffer_.data(), size_}));
  decompressor_ = decompressor_for({buffer_.data(), size_});
  if (!decompressor_) return;
  raw_.assign(kBuffer, '\0');
  std::copy_n(buffer_.data(), size_, raw_.data());
  raw_left_ = {raw_.data(), size_};
  size_ = 0;
}

bool ByteStream::fill() {
  position_ = size_ = 0;
  if (!detected_) detect();
  if (!decompressor_) {
    if (size_ == 0 && !end_) size_ = source_->read(buffer_);
    end_ = end_ || size_ == 0;
    return size_ > 0;
  }
  try {
    while ((size_ = decompressor_->run(raw_left_, buffer_)) == 0) {
      if (!end_) raw_left_ = {raw_.data(), source_->read(raw_)};
      if (!raw_left_.empty()) continue;
      end_ = true;
      if (!decompressor_->complete()) throw DamagedInput("the input ends early");
      return false;
    }
  } catch (const DamagedInput& damage) {
    fail(ErrorCode::bad_data, "{}: damaged {} data near byte {}: {}", name(), decompressor_->name(), source_->taken() - raw_left_.size(),
         damage.what());
  }
  return true;
}

bool ByteStream::get_line(std::string& line, std::size_t limit, bool& too_long) {
  too_long = false;
  bool any = false;
  while (position_ < size_ || fill()) {
    const char* start = buffer_.data() + position_;
    const std::size_t available = size_ - position_;
    const void* feed = std::memchr(start, '\n', available);
    const std::size_t count = feed != nullptr ? static_cast<std::size_t>(static_cast<const char*>(feed) - start) : available;
    position_ += count + (feed != nullptr ? 1 : 0);
    if (passing_over_) {
      passing_over_ = feed == nullptr;
      continue;
    }
    any = true;
    const std::size_t room = limit - std::min(limit, line.size());
    line.append(start, std::min(count, room));
    too_long = count > room;
    passing_over_ = too_long && feed == nullptr;
    if (feed != nullptr || too_long) break;
  }
  return any;
}

std::string read_text(const std::string& path, std::size_t limit) {
  ByteStream stream(path);
  std::string text;
  for (bool too_long = false; stream.get_line(text, limit, too_long); text += '\n')
    require(!too_long, ErrorCode::resource, "{} holds more than {} MiB of text", stream.name(), limit >> 20);
  return text;
}

}  // namespace albert
