#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "albert/error.h"
#include "base/cursor.h"

namespace {

using albert::Error;
using albert::ErrorCode;
using albert::MappedFile;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "albert-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  std::string path(const std::string& name) const { return albert::join_path(directory, name); }
  std::string directory;
};

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST_F(FileTest, WritesWholeFilesOnly) {
  albert::write_file(path("a"), "old");
  {
    albert::FileWriter writer(path("a"));
    writer.write("half of the new");
  }
  EXPECT_EQ(MappedFile::open(path("a"))->text(), "old");
  albert::write_file(path("a"), std::string(200'000, 'x'));
  EXPECT_EQ(MappedFile::open(path("a"))->bytes().size(), 200'000u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory), {}), 1);
}

TEST_F(FileTest, ReplacesWhatALinkPointsAtAndKeepsTheMode) {
  albert::write_file(path("target"), "old");
  ::chmod(path("target").c_str(), 0640);
  std::filesystem::create_symlink("target", path("link"));
  albert::write_file(path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(MappedFile::open(path("target"))->text(), "new");
  struct stat status{};
  ::stat(path("target").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(FileTest, MakesWhatALinkPointsAt) {
  std::filesystem::create_symlink("missing", path("first"));
  std::filesystem::create_symlink(path("first"), path("second"));
  albert::write_file(path("second"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path("first")));
  EXPECT_TRUE(std::filesystem::is_symlink(path("second")));
  EXPECT_EQ(MappedFile::open(path("missing"))->text(), "new");
}

TEST_F(FileTest, ReportsWhatIsWrong) {
  EXPECT_EQ(code_of([&] { static_cast<void>(MappedFile::open(path("none"))); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { static_cast<void>(MappedFile::open(directory)); }), ErrorCode::io);
  EXPECT_EQ(code_of([&] { albert::write_file(path("none/a"), "x"); }), ErrorCode::io);
  EXPECT_EQ(code_of([&] { albert::write_file(directory, "x"); }), ErrorCode::io);
  EXPECT_EQ(code_of([&] { albert::write_file("/dev/full", "x"); }), ErrorCode::io);
  albert::write_file("/dev/null", "x");
  albert::write_file(path("file"), "x");
  EXPECT_EQ(code_of([&] { albert::make_directories(path("file")); }), ErrorCode::io);
}

TEST_F(FileTest, ReadsEmptyFilesAndDevices) {
  albert::write_file(path("empty"), "");
  EXPECT_TRUE(MappedFile::open(path("empty"))->bytes().empty());
  EXPECT_TRUE(MappedFile::open("/dev/null")->bytes().empty());
}

TEST_F(FileTest, WaitsForTheWriterOfAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([this] {
    std::ofstream pipe(path("pipe"), std::ios::binary);
    for (int i = 0; i < 3; ++i) {
      pipe << std::string(100'000, 'x') << std::flush;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_EQ(MappedFile::open(path("pipe"))->bytes().size(), 300'000u);
  writer.join();
}

TEST_F(FileTest, RefusesWhatNeverEnds) {
  EXPECT_EQ(code_of([] { static_cast<void>(MappedFile::open("/dev/zero")); }), ErrorCode::resource);
}

TEST(Cursor, NeverReadsPastTheEnd) {
  const std::array<std::byte, 5> bytes{std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{9}};
  albert::Cursor cursor(bytes, "test");
  EXPECT_EQ(cursor.read<std::uint32_t>(), 1u);
  EXPECT_EQ(cursor.remaining(), 1u);
  EXPECT_EQ(code_of([&] { static_cast<void>(cursor.read<std::uint16_t>()); }), ErrorCode::bad_data);
  EXPECT_EQ(code_of([&] { static_cast<void>(cursor.take(~std::uint64_t{0})); }), ErrorCode::bad_data);
  EXPECT_EQ(code_of([&] { cursor.seek(6); }), ErrorCode::bad_data);
  EXPECT_EQ(cursor.read_byte(), 9);
  EXPECT_TRUE(cursor.at_end());
}

}  // namespace
