#include "tokenizer/template_processing.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "tokenizer/encoding_parts.h"
#include "tokenizer/pretty_json.h"

namespace albert {
namespace {

void mark_sequence(Encoding& encoding, std::int32_t index) {
  encoding.token_type_ids.assign(encoding.size(), index);
  encoding.sequence_ids.assign(encoding.size(), index);
  for (Encoding& window : encoding.overflowing) {
    window.token_type_ids.assign(window.size(), index);
    window.sequence_ids.assign(window.size(), index);
  }
}

Encoding special_encoding(const TemplateProcessing::Special& special, std::uint32_t type_id) {
  Encoding encoding;
  const std::size_t count = special.ids.size();
  for (const std::uint32_t id : special.ids) encoding.input_ids.push_back(static_cast<std::int32_t>(id));
  encoding.token_type_ids.assign(count, static_cast<std::int32_t>(type_id));
  encoding.attention_mask.assign(count, 1);
  encoding.special_tokens_mask.assign(count, 1);
  encoding.tokens = special.tokens;
  encoding.offsets.resize(count);
  encoding.word_ids.assign(count, -1);
  encoding.sequence_ids.assign(count, -1);
  return encoding;
}

TemplateProcessing around(const std::string& cls, const std::string& sep, std::map<std::string, TemplateProcessing::Special> specials) {
  using Item = TemplateProcessing::Item;
  const auto special = [](const std::string& name, std::uint32_t type) { return Item{false, 0, name, type}; };
  const auto sequence = [](int index) { return Item{true, index, {}, static_cast<std::uint32_t>(index)}; };
  return {{special(cls, 0), sequence(0), special(sep, 0)},
          {special(cls, 0), sequence(0), special(sep, 0), sequence(1), special(sep, 1)},
          std::move(specials)};
}

}  // namespace

TemplateProcessing::TemplateProcessing(std::vector<Item> single, std::vector<Item> pair, std::map<std::string, Special> specials)
    : single_(std::move(single)), pair_(std::move(pair)), specials_(std::move(specials)) {
  const auto uses = [](const std::vector<Item>& items, int sequence) {
    return std::count_if(items.begin(), items.end(), [&](const Item& item) { return item.is_sequence && item.sequence == sequence; });
  };
  require(uses(single_, 0) <= 1 && uses(single_, 1) == 0, ErrorCode::bad_data,
          "post-processor: the template of one text has to use A once, B never");
  require(uses(pair_, 0) <= 1 && uses(pair_, 1) <= 1, ErrorCode::bad_data,
          "post-processor: the template of a pair has to use A and B once each");
  added_single_ = count_specials(single_);
  added_pair_ = count_specials(pair_);
}

std::size_t TemplateProcessing::count_specials(const std::vector<Item>& items) const {
  std::size_t count = 0;
  for (const Item& item : items) {
    if (item.is_sequence) continue;
    const auto found = specials_.find(item.special);
    require(found != specials_.end(), ErrorCode::bad_data, "post-processor: the special token \"{}\" is not defined", item.special);
    count += found->second.ids.size();
  }
  return count;
}

TemplateProcessing TemplateProcessing::cls_sep(const std::string& cls, std::uint32_t cls_id, const std::string& sep, std::uint32_t sep_id) {
  return around(cls, sep, {{cls, {cls, {cls_id}, {cls}}}, {sep, {sep, {sep_id}, {sep}}}});
}

TemplateProcessing TemplateProcessing::bert_processing(const std::string& cls, std::uint32_t cls_id, const std::string& sep,
                                                       std::uint32_t sep_id) {
  // Its two tokens may have one text and different ids.
  auto processing = around("cls", "sep", {{"cls", {cls, {cls_id}, {cls}}}, {"sep", {sep, {sep_id}, {sep}}}});
  processing.is_bert_processing_ = true;
  return processing;
}

Encoding TemplateProcessing::apply(Encoding first, Encoding* second, bool add_special_tokens) const {
  mark_sequence(first, 0);
  if (second) mark_sequence(*second, 1);
  Encoding result;
  for (const Item& item : second ? pair_ : single_) {
    if (item.is_sequence) {
      Encoding& sequence = item.sequence == 0 ? first : *second;
      // The windows keep the types 0 and 1 whatever the template says, as in the reference.
      sequence.token_type_ids.assign(sequence.size(), static_cast<std::int32_t>(item.type_id));
      merge_with(result, std::move(sequence));
    } else if (add_special_tokens) {
      merge_with(result, special_encoding(specials_.at(item.special), item.type_id));
    }
  }
  return result;
}

Encoding join_without_template(Encoding first, Encoding* second) {
  mark_sequence(first, 0);
  if (second) {
    mark_sequence(*second, 1);
    merge_with(first, std::move(*second));
  }
  return first;
}

void TemplateProcessing::write_bert_processing(PrettyJson& out) const {
  out.begin_object();
  out.member("type", "BertProcessing");
  for (const std::string name : {"sep", "cls"}) {
    const Special& special = specials_.at(name);
    out.key(name);
    out.begin_array();
    out.value(special.id);
    out.value(std::uint64_t{special.ids.front()});
    out.end_array();
  }
  out.end_object();
}

void TemplateProcessing::write(PrettyJson& out) const {
  if (is_bert_processing_) return write_bert_processing(out);
  const auto write_items = [&](std::string_view name, const std::vector<Item>& items) {
    out.key(name);
    out.begin_array();
    for (const Item& item : items) {
      out.begin_object();
      out.key(item.is_sequence ? "Sequence" : "SpecialToken");
      out.begin_object();
      out.member("id", item.is_sequence ? std::string_view(item.sequence == 0 ? "A" : "B") : std::string_view(item.special));
      out.member("type_id", std::uint64_t{item.type_id});
      out.end_object();
      out.end_object();
    }
    out.end_array();
  };
  out.begin_object();
  out.member("type", "TemplateProcessing");
  write_items("single", single_);
  write_items("pair", pair_);
  out.key("special_tokens");
  out.begin_object();
  for (const auto& [name, special] : specials_) {
    out.key(name);
    out.begin_object();
    out.member("id", special.id);
    out.key("ids");
    out.begin_array();
    for (const std::uint32_t id : special.ids) out.value(std::uint64_t{id});
    out.end_array();
    out.key("tokens");
    out.begin_array();
    for (const std::string& token : special.tokens) out.value(token);
    out.end_array();
    out.end_object();
  }
  out.end_object();
  out.end_object();
}

}  // namespace albert
