// Files by name, from a directory, from memory and from inside the program.
#include "base/file_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/embedded.h"

namespace albert {
namespace {

TEST(FileSource, OpensFilesAndListsFolders) {
  const std::string folder = testing::TempDir() + std::to_string(::getpid()) + "_file_source";
  make_directories(join_path(folder, "heads/b"));
  make_directories(join_path(folder, "heads/a"));
  write_file(join_path(folder, "heads/a/config.json"), "{}");
  write_file(join_path(folder, "heads/note"), "x");
  MemorySource::Files files;
  const std::string content = "{}";
  for (const char* name : {"heads/a/config.json", "heads/b/config.json", "heads/b/weights", "heads/note"})
    files.emplace(name, MappedFile::from_memory(std::as_bytes(std::span(content)), name));
  const MemorySource memory("memory", std::move(files));
  const auto directory = find_source(folder);
  ASSERT_NE(directory, nullptr);
  EXPECT_EQ(directory->name(), folder);
  for (const FileSource* source : {directory.get(), static_cast<const FileSource*>(&memory)}) {
    EXPECT_EQ(source->open("heads/a/config.json")->text(), "{}");
    EXPECT_EQ(source->open("heads/c/config.json"), nullptr);
    EXPECT_EQ(source->open("heads"), nullptr);
    EXPECT_EQ(source->folders("heads"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(source->folders(""), (std::vector<std::string>{"heads"}));
    EXPECT_TRUE(source->folders("nothing").empty());
  }
  EXPECT_EQ(find_source(folder + "/nothing"), nullptr);
  EXPECT_EQ(find_source(""), nullptr);
}

TEST(FileSource, SeesRegularFilesOnly) {
  const std::string folder = testing::TempDir() + std::to_string(::getpid()) + "_regular_files";
  make_directories(folder);
  const DirectorySource source(folder);
  ASSERT_EQ(::mkfifo(join_path(folder, "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", join_path(folder, "zeros"));
  std::filesystem::create_symlink("loop", join_path(folder, "loop"));
  write_file(join_path(folder, "file"), "x");
  std::filesystem::create_symlink("file", join_path(folder, "link"));
  for (const char* name : {"pipe", "zeros", "loop"}) EXPECT_EQ(source.open(name), nullptr) << name;
  EXPECT_EQ(source.open("link")->text(), "x");
  std::filesystem::remove_all(folder);
}

TEST(FileSource, FindsTheEmbeddedModel) {
  if (embedded_path().empty()) GTEST_SKIP() << "built without ALBERT_EMBED_MODEL";
  const auto source = find_source(embedded_path());
  ASSERT_NE(source, nullptr);
  const std::string folder = std::string(ALBERT_SOURCE_DIR) + "/models/" + embedded_path().substr(embedded_path().find(':') + 1);
  for (const EmbeddedFile& file : embedded_files()) {
    const auto embedded = source->open(file.name);
    ASSERT_NE(embedded, nullptr) << file.name;
    EXPECT_EQ(embedded->text(), MappedFile::open(join_path(folder, file.name))->text()) << file.name;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(embedded->bytes().data()) % 64, 0U) << file.name;
  }
  EXPECT_NE(source->open("model.safetensors"), nullptr);
}

}  // namespace
}  // namespace albert
