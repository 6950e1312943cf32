// The post-processor of a tokenizer.json: a template that puts special tokens around one or two texts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "albert/tokenizer.h"

namespace albert {

class PrettyJson;

class TemplateProcessing {
 public:
  struct Item {
    bool is_sequence = false;
    int sequence = 0;     // 0: A, 1: B
    std::string special;  // name of a special token
    std::uint32_t type_id = 0;
  };
  struct Special {
    std::string id;
    std::vector<std::uint32_t> ids;
    std::vector<std::string> tokens;  // as many as ids
  };

  /// Error{bad_data}: a special token that is not there, a text used twice, B in the template of
  /// one text, or a pair template without both.
  TemplateProcessing(std::vector<Item> single, std::vector<Item> pair, std::map<std::string, Special> specials);

  /// [CLS] A [SEP] and [CLS] A [SEP] B [SEP], B and what follows with type 1.
  static TemplateProcessing cls_sep(const std::string& cls, std::uint32_t cls_id, const std::string& sep, std::uint32_t sep_id);

  /// The same, written as the BertProcessing that it was read from.
  static TemplateProcessing bert_processing(const std::string& cls, std::uint32_t cls_id, const std::string& sep, std::uint32_t sep_id);

  /// Special tokens in the result.
  [[nodiscard]] std::size_t added_tokens(bool pair) const noexcept { return pair ? added_pair_ : added_single_; }

  /// Joins one or two texts (`second` null: one). Overflow windows are combined as in the reference:
  /// each of the first text with the second and its windows, then the first with the second's
  /// windows. Error{resource} when that would be over 2^27 tokens.
  [[nodiscard]] Encoding apply(Encoding first, Encoding* second, bool add_special_tokens) const;

  void write(PrettyJson& out) const;

 private:
  void write_bert_processing(PrettyJson& out) const;
  [[nodiscard]] std::size_t count_specials(const std::vector<Item>& items) const;

  std::vector<Item> single_, pair_;
  std::map<std::string, Special> specials_;
  std::size_t added_single_ = 0, added_pair_ = 0;
  bool is_bert_processing_ = false;
};

/// What happens without a post-processor: the texts one behind the other.
[[nodiscard]] Encoding join_without_template(Encoding first, Encoding* second);

}  // namespace albert
