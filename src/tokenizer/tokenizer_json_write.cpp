#include "tokenizer/pretty_json.h"
#include "tokenizer/tokenizer_json.h"

namespace albert {
namespace {

std::string_view side_name(Side side) { return side == Side::left ? "Left" : "Right"; }

void write_truncation(const std::optional<Truncation>& truncation, PrettyJson& out) {
  if (!truncation) return out.null();
  std::string_view strategy = "LongestFirst";
  if (truncation->strategy == TruncationStrategy::only_first) strategy = "OnlyFirst";
  if (truncation->strategy == TruncationStrategy::only_second) strategy = "OnlySecond";
  out.begin_object();
  out.member("direction", side_name(truncation->side));
  out.member("max_length", truncation->max_length);
  out.member("strategy", strategy);
  out.member("stride", truncation->stride);
  out.end_object();
}

void write_padding(const std::optional<PaddingSettings>& padding, PrettyJson& out) {
  if (!padding) return out.null();
  out.begin_object();
  out.key("strategy");
  if (padding->fixed) {
    out.begin_object();
    out.member("Fixed", *padding->fixed);
    out.end_object();
  } else {
    out.value("BatchLongest");
  }
  out.member("direction", side_name(padding->direction));
  out.key("pad_to_multiple_of");
  if (padding->pad_to_multiple_of)
    out.value(*padding->pad_to_multiple_of);
  else
    out.null();
  out.member("pad_id", std::uint64_t{padding->pad_id});
  out.member("pad_type_id", std::uint64_t{padding->pad_type_id});
  out.member("pad_token", padding->pad_token);
  out.end_object();
}

template <class Component>
void write_component(std::string_view name, const Component& component, PrettyJson& out) {
  out.key(name);
  if (component)
    component->write(out);
  else
    out.null();
}

}  // namespace

std::string write_tokenizer_json(const FastPipeline& pipeline) {
  const FastPipeline::Settings settings = pipeline.settings();
  PrettyJson out;
  out.begin_object();
  out.member("version", "1.0");
  out.key("truncation");
  write_truncation(settings.truncation, out);
  out.key("padding");
  write_padding(settings.padding, out);
  out.key("added_tokens");
  out.begin_array();
  for (const auto& [id, token] : pipeline.added().tokens()) {
    out.begin_object();
    out.member("id", std::uint64_t{id});
    out.member("content", token.content);
    out.member("single_word", token.single_word);
    out.member("lstrip", token.lstrip);
    out.member("rstrip", token.rstrip);
    out.member("normalized", token.normalized);
    out.member("special", token.special);
    out.end_object();
  }
  out.end_array();
  write_component("normalizer", pipeline.normalizer, out);
  write_component("pre_tokenizer", pipeline.pre_tokenizer, out);
  write_component("post_processor", pipeline.post_processor, out);
  write_component("decoder", pipeline.decoder, out);
  out.key("model");
  pipeline.model().write(out);
  out.end_object();
  return out.text();
}

}  // namespace albert
