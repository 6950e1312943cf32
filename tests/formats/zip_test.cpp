// Zip archives that lie about themselves.
#include "formats/zip_archive.h"

#include <zlib.h>

#include "test_files.h"

namespace albert::formats {
namespace {

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A member with every field open to lies.
struct Member {
  std::string name = "top/data.pkl", content, local_name;
  std::uint16_t flags = 0, method = 0;
  std::uint32_t compressed = 0, size = 0, checksum = 0, header = ~0U;
};

Member stored(const std::string& name, const std::string& content) {
  Member member;
  member.name = member.local_name = name;
  member.content = content;
  member.compressed = member.size = static_cast<std::uint32_t>(content.size());
  return member;
}

Member deflated(const std::string& name, const std::string& content) {
  Member member = stored(name, content);
  member.method = 8;
  std::string out(compressBound(content.size()) + 32, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  member.checksum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  member.content = out;
  member.compressed = static_cast<std::uint32_t>(out.size());
  return member;
}

std::string zip_of(const std::vector<Member>& members, std::uint16_t extra_count = 0) {
  std::string out, directory;
  for (const Member& member : members) {
    const auto at = static_cast<std::uint32_t>(out.size());
    put<std::uint32_t>(out, 0x04034b50);
    out.append(22, '\0');
    put(out, static_cast<std::uint16_t>(member.local_name.size()));
    put<std::uint16_t>(out, 0);
    out += member.local_name + member.content;
    put<std::uint32_t>(directory, 0x02014b50);
    put<std::uint32_t>(directory, 0);
    put(directory, member.flags);
    put(directory, member.method);
    put<std::uint32_t>(directory, 0);
    put(directory, member.checksum);
    put(directory, member.compressed);
    put(directory, member.size);
    put(directory, static_cast<std::uint16_t>(member.name.size()));
    directory.append(12, '\0');
    put(directory, member.header == ~0U ? at : member.header);
    directory += member.name;
  }
  const auto offset = static_cast<std::uint32_t>(out.size());
  out += directory;
  put<std::uint32_t>(out, 0x06054b50);
  put<std::uint32_t>(out, 0);
  for (int i = 0; i < 2; ++i) put(out, static_cast<std::uint16_t>(members.size() + extra_count));
  put(out, static_cast<std::uint32_t>(directory.size()));
  put(out, offset);
  put<std::uint16_t>(out, 0);
  return out;
}

ZipArchive open(const std::string& bytes) { return ZipArchive(MappedFile::from_memory(std::as_bytes(std::span(bytes)), "test.zip")); }

std::string zip_error(const std::string& bytes, const std::string& read = "") {
  try {
    const ZipArchive archive = open(bytes);
    if (!read.empty()) static_cast<void>(archive.read(read));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_data);
    return error.what();
  }
  return "";
}

TEST(ZipArchive, ReadsStoredAndDeflatedMembers) {
  const std::string long_text(300000, 'x');
  const std::string bytes = zip_of({stored("a", "hello"), deflated("b", long_text), deflated("empty", "")});
  const ZipArchive archive = open(bytes);
  EXPECT_EQ(archive.first_name(), "a");
  const auto text = [](const OwnedBytes& content) {
    return std::string(reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size());
  };
  EXPECT_EQ(text(archive.read("a")), "hello");
  EXPECT_EQ(archive.read("a").bytes.data(), reinterpret_cast<const std::byte*>(bytes.data()) + bytes.find("hello"));
  EXPECT_EQ(text(archive.read("b")), long_text);
  EXPECT_EQ(text(archive.read("empty")), "");
}

TEST(ZipArchive, RefusesLies) {
  const auto expect = [](const std::string& bytes, const std::string& words, const std::string& read = "") {
    const std::string message = zip_error(bytes, read);
    EXPECT_NE(message.find(words), std::string::npos) << words << " expected, got: " << message;
  };
  Member member = stored("a", "hello");
  member.flags = 1;
  expect(zip_of({member}), "encrypted");

  member = stored("a", "hello");
  member.compressed = 1000;
  expect(zip_of({member}), "does not fit");
  member.compressed = 4;
  expect(zip_of({member}), "two sizes");

  member = stored("a", "hello");
  member.local_name = "b";
  expect(zip_of({member}), "another name");
  member = stored("a", "hello");
  member.header = 3;
  expect(zip_of({member}), "no member at byte 3");
  member.header = 1000000;
  expect(zip_of({member}), "would start at");
  member = stored("a", "hello");
  member.method = 12;
  expect(zip_of({member}), "compressed by method 12", "a");

  expect(zip_of({stored("a", "x"), stored("a", "y")}), "two members named");
  expect(zip_of({stored("a", "x")}, 1), "2 entries announced, 1 found");
  expect(zip_of({stored("a", "x")}).substr(0, 60), "truncated");
  expect("PK\x03\x04", "truncated");

  // Two members over the same bytes.
  Member outer = stored("outer", zip_of({stored("inner", "hello")}).substr(0, 40));
  Member inner = stored("inner", "");
  inner.header = 30 + 5;
  inner.size = inner.compressed = 5;
  expect(zip_of({outer, inner}), "overlap");
}

TEST(ZipArchive, RefusesBombs) {
  Member member = deflated("a", std::string(1000, 'x'));
  member.size = 0x7fffffff;
  EXPECT_NE(zip_error(zip_of({member}), "a").find("zip bomb"), std::string::npos);

  // Honest about its size, and many of it.
  const Member zeros = deflated("b", std::string(16U << 20U, '\0'));
  std::vector<Member> bombs;
  for (int i = 0; i < 70; ++i) {
    bombs.push_back(zeros);
    bombs.back().name = bombs.back().local_name = "b" + std::to_string(i);
  }
  EXPECT_NE(zip_error(zip_of(bombs)).find("zip bomb"), std::string::npos);
}

TEST(ZipArchive, NoticesDamage) {
  Member member = deflated("a", std::string(1000, 'x') + "tail");
  member.size -= 1;
  EXPECT_NE(zip_error(zip_of({member}), "a").find("damaged"), std::string::npos);
  member.size += 2;
  EXPECT_NE(zip_error(zip_of({member}), "a").find("damaged"), std::string::npos);
  member.size -= 1;
  member.checksum ^= 1;
  EXPECT_NE(zip_error(zip_of({member}), "a").find("checksum"), std::string::npos);
}

}  // namespace
}  // namespace albert::formats
