// The page of `albert attention`: one HTML file that shows weights and needs nothing else.
//
// The readable parts of the page (attention_page/: markup, style, script) are put into the program
// at build time; what differs from page to page is filled in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "albert/tensor.h"
#include "output.h"

namespace cli {

/// The attention weights of one text, or of two.
struct AttentionPicture {
  struct Layer {
    std::string label{};       ///< "3"; "3.2" where a layer has inner ones
    std::int64_t number = 0;   ///< of the layer in the model, from 0
    albert::Tensor weights{};  ///< [1, heads, S, S] float32: head, query, key
  };
  std::string model{};  ///< what people call it
  std::string text{};
  std::optional<std::string> text_pair{};
  std::vector<std::string> tokens{};                ///< S
  std::vector<std::int32_t> special{};              ///< S: 1 for specials that were added
  std::optional<std::int64_t> second{};             ///< the first token of the second text
  std::vector<Layer> layers{};                      ///< those that are shown
  std::vector<std::vector<std::int64_t>> groups{};  ///< all layers of the model; those of one group are one layer, applied again
};

/// How the page stores a weight w. In 16 bits: round(65535 w), off by at most 1/131070. In 8 bits:
/// round(255 sqrt(w)), off by at most sqrt(w)/255 + 1/260100.
enum class WeightStorage { bits8 = 8, bits16 = 16 };
/// The finest in which so many weights keep the page below about 64 MB. Failure{bad_data} when none does.
[[nodiscard]] WeightStorage storage_for(std::int64_t weights);

/// Writes the page. Failure{bad_data} for a weight that is not between 0 and 1.
void write_attention_page(const AttentionPicture& picture, Output& output);

/// Text as HTML content: markup escaped, and what HTML cannot hold (NUL, other controls, bytes that
/// are not UTF-8) replaced by a picture of it or U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);

/// A file of attention_page/ by its name. Made by CMakeLists.txt.
[[nodiscard]] std::string_view attention_page_part(std::string_view name) noexcept;

}  // namespace cli
