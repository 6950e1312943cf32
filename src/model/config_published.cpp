// The eight published configurations.
#include <algorithm>
#include <array>

#include "albert/config.h"
#include "base/check.h"

namespace albert {
namespace {

struct Published {
  std::string_view name;
  int num_hidden_layers;
  int hidden_size;
  int num_attention_heads;
  int intermediate_size;
  std::string_view hidden_act;
  Json dropout;  // of hidden states and of attention
};

const std::array<Published, 8>& table() {
  static const std::array<Published, 8> rows{{
      {"albert-base-v1", 12, 768, 12, 3072, "gelu", 0.1},
      {"albert-large-v1", 24, 1024, 16, 4096, "gelu", 0.1},
      {"albert-xlarge-v1", 24, 2048, 16, 8192, "gelu", 0.1},
      {"albert-xxlarge-v1", 12, 4096, 64, 16384, "gelu", 0},
      {"albert-base-v2", 12, 768, 12, 3072, "gelu_new", 0},
      {"albert-large-v2", 24, 1024, 16, 4096, "gelu_new", 0},
      {"albert-xlarge-v2", 24, 2048, 16, 8192, "gelu_new", 0},
      {"albert-xxlarge-v2", 12, 4096, 64, 16384, "gelu_new", 0},
  }};
  return rows;
}

}  // namespace

AlbertConfig AlbertConfig::published(std::string_view name) {
  std::string_view bare = name;
  if (bare.starts_with("albert/")) bare.remove_prefix(7);
  const auto row = std::find_if(table().begin(), table().end(), [bare](const Published& p) { return p.name == bare; });
  require(row != table().end(), ErrorCode::key,
          "'{:.100}' is not a published configuration: expected albert-(base|large|xlarge|xxlarge)-(v1|v2)", name);
  return AlbertConfig(Json::Object{{"num_hidden_layers", row->num_hidden_layers},
                                   {"hidden_size", row->hidden_size},
                                   {"num_attention_heads", row->num_attention_heads},
                                   {"intermediate_size", row->intermediate_size},
                                   {"hidden_act", row->hidden_act},
                                   {"hidden_dropout_prob", row->dropout},
                                   {"attention_probs_dropout_prob", row->dropout}});
}

const std::vector<std::string>& AlbertConfig::published_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Published& row : table()) list.emplace_back(row.name);
    return list;
  }();
  return names;
}

}  // namespace albert
