// Matching the names of a file with the rows of a model, as the reference does it.
//
// Old spellings (gamma, beta) are read; a base model's file fits a model with a head and the other
// way round. Source: transformers/modeling_utils.py, _load_pretrained_model.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/parameters.h"

namespace albert {

/// What becomes of the model's names before they are compared with those of the file.
enum class Prefix {
  same,
  stripped,  ///< a base file for a model with a head: "albert." is taken away
  added,     ///< a file with "albert." for the base model
};

struct KeyMatch {
  Prefix prefix = Prefix::same;
  std::vector<std::string> missing;     ///< in the order of the model
  std::vector<std::string> unexpected;  ///< in the order of the file
  std::set<std::string> loaded;         ///< the file's names in today's spelling, as names of the model

  /// The name in the file for a name of the model, or "" when the model's row is not looked for.
  [[nodiscard]] std::string file_name(const std::string& model_name) const;
  /// The name in the model for a name of the file.
  [[nodiscard]] std::string model_name(const std::string& file_name) const;
};

/// "LayerNorm.gamma" is read as "LayerNorm.weight", "beta" as "bias", anywhere in the name.
[[nodiscard]] std::string modern_key(const std::string& key);

/// Error{value} when a file without "albert." holds a head of the model.
[[nodiscard]] KeyMatch match_keys(const std::vector<ParameterSpec>& table, const std::vector<std::string>& keys);

}  // namespace albert
