// config.json, a line of overrides after a zero byte, and a text for update_from_string after another.
#include "albert/config.h"

#include <algorithm>
#include <map>
#include <string>

#include "fuzz.h"
#include "model/config_load.h"

namespace {

using albert::AlbertConfig;
using albert::Json;

void read_fields(const AlbertConfig& config) {
  const auto read = [&](auto member) { fuzz::accepts([&] { (void)(config.*member)(); }); };
  read(&AlbertConfig::vocab_size);
  read(&AlbertConfig::hidden_size);
  read(&AlbertConfig::hidden_act);
  read(&AlbertConfig::hidden_dropout_prob);
  read(&AlbertConfig::layer_norm_eps);
  read(&AlbertConfig::classifier_dropout_prob);
  read(&AlbertConfig::pad_token_id);
  read(&AlbertConfig::num_labels);
  read(&AlbertConfig::problem_type);
  read(&AlbertConfig::use_return_dict);
  read(&AlbertConfig::chunk_size_feed_forward);
  read(&AlbertConfig::pruned_heads);
  fuzz::accepts([&] { (void)config.label(1); });
}

void write_and_read(const AlbertConfig& config) {
  std::string text;
  if (!fuzz::accepts([&] { text = config.to_json_string(); })) return;
  const Json dict = albert::parse_json(text);
  if (dict.find("attribute_map") != nullptr) return;  // it renames on every load, so two loads may differ, as in the reference
  fuzz::accepts([&] {
    const auto once = AlbertConfig::from_dict(dict);
    const auto twice = AlbertConfig::from_dict(albert::parse_json(once.to_json_string()));
    fuzz::expect(once.to_json_string() == twice.to_json_string(), "a reloaded configuration has the same text");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view parts[3];
  std::string_view rest = fuzz::text_of(data, size);
  for (std::string_view& part : parts) {
    const auto end = std::min(rest.find('\0'), rest.size());
    part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto file = albert::MappedFile::from_memory(std::as_bytes(std::span(parts[0])), "config.json");
  const albert::MemorySource source("input", {{"config.json", file}, {"config.4.0.0.json", file}});
  fuzz::accepts([&] {
    const Json overrides = parts[1].empty() ? Json() : albert::parse_json(parts[1]);
    Json unused;
    AlbertConfig config = albert::load_config(source, overrides, &unused);
    read_fields(config);
    write_and_read(config);
    fuzz::accepts([&] { config.update_from_string(parts[2]); });
    read_fields(config);
    write_and_read(config);
  });
  return 0;
}
