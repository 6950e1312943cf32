// AlbertConfig as a dictionary and as the text of config.json.
#include <algorithm>

#include "albert/config.h"
#include "base/check.h"
#include "base/file.h"
#include "model/config_arguments.h"
#include "model/python_value.h"
#include "model/version_order.h"

namespace albert {
namespace {

/// A dtype is written by the name after its dot ("torch.float32"), which the reference also does to
/// any value of that key in any nested dictionary: 1.5 becomes "5", and what has no dot is an error.
void name_dtype(std::string_view key, Json& value) {
  if (key == "torch_dtype" && !value.is_null() && !value.is_string()) {
    const std::string text = python_str(value);
    const auto dot = text.find('.');
    require(dot != std::string::npos, ErrorCode::index, "torch_dtype: a value of type {} cannot be written as a dtype", value.type_name());
    value = text.substr(dot + 1, text.find('.', dot + 1) - dot - 1);
  }
  if (value.is_object())
    for (auto& [name, item] : value.as_object()) name_dtype(name, item);
}

bool shorter_or_less(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

/// Order of canonical integers.
bool less_integer(std::string_view a, std::string_view b) {
  const bool negative = a.starts_with('-');
  if (negative != b.starts_with('-')) return negative;
  return negative ? shorter_or_less(b, a) : shorter_or_less(a, b);
}

void sort_keys(Json& value) {
  if (value.is_array())
    for (Json& item : value.as_array()) sort_keys(item);
  if (!value.is_object()) return;
  auto& members = value.as_object();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& member : members) sort_keys(member.second);
}

}  // namespace

std::vector<AlbertConfig::Attribute> AlbertConfig::serialized() const {
  for (const std::string_view method : {"to_dict", "to_diff_dict", "to_json_string", "dict_torch_dtype_to_str"})
    require(!find_own(method), ErrorCode::type, "the attribute '{}' hides the function of that name", method);
  std::vector<Attribute> result;
  bool has_model_type = false;
  for (const Attribute& attribute : attributes_) {
    if (attribute.name == "_auto_class" || attribute.name == "_commit_hash" || attribute.name == "_flash_attn_2_enabled") continue;
    require(attribute.name != "quantization_config" || attribute.value.is_object(), ErrorCode::key,
            "quantization_config should be a dictionary, got {}", attribute.value.type_name());
    result.push_back(attribute);
    Attribute& copy = result.back();
    if (copy.name == "model_type") {
      copy.value = "albert";
      has_model_type = true;
    }
    if (copy.name == "transformers_version") copy.value = reference_version;
    if (copy.form == Form::dtype) copy.form = Form::plain;
    name_dtype(copy.name, copy.value);
  }
  if (!has_model_type) result.push_back({"model_type", "albert"});
  return result;
}

std::vector<AlbertConfig::Attribute> AlbertConfig::serialized_diff() const {
  // D and K of the reference: a bare common configuration, and the default one of ALBERT.
  using Table = std::map<std::string, Attribute, std::less<>>;
  const auto table_of = [](const AlbertConfig& config) {
    Table table;
    for (Attribute& attribute : config.serialized()) table.emplace(attribute.name, attribute);
    return table;
  };
  static const Table common = [&] {
    const Json none;
    Arguments arguments(none);
    return table_of(AlbertConfig(arguments, none));
  }();
  static const Table own = table_of(AlbertConfig());

  const Attribute* composition = find("is_composition");
  const bool compare_own = !(composition && python_bool(composition->value));
  const auto differs = [](const Table& table, const Attribute& attribute, bool if_absent) {
    const auto found = table.find(attribute.name);
    return found == table.end() ? if_absent : !attribute.same_value(found->second);
  };
  auto attributes = serialized();
  for (const Attribute& attribute : attributes)
    if (attribute.name != "attribute_map") (void)mapped(attribute.name);  // the reference looks at each by its name
  std::erase_if(attributes, [&](const Attribute& attribute) {
    return attribute.name != "transformers_version" && attribute.name != "model_type" && !differs(common, attribute, true) &&
           !(compare_own && differs(own, attribute, false));
  });
  return attributes;
}

Json AlbertConfig::to_dict() const {
  Json::Object dict;
  for (Attribute& attribute : serialized()) dict.emplace_back(std::move(attribute.name), std::move(attribute.value));
  return dict;
}

Json AlbertConfig::to_diff_dict() const {
  Json::Object dict;
  for (Attribute& attribute : serialized_diff()) dict.emplace_back(std::move(attribute.name), std::move(attribute.value));
  return dict;
}

std::string AlbertConfig::to_json_string(bool use_diff) const {
  auto attributes = use_diff ? serialized_diff() : serialized();
  std::sort(attributes.begin(), attributes.end(), [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  Json::Object dict;
  for (Attribute& attribute : attributes) {
    sort_keys(attribute.value);
    if (attribute.form == Form::integer_keys) {
      auto& members = attribute.value.as_object();
      std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return less_integer(a.first, b.first); });
    }
    dict.emplace_back(std::move(attribute.name), std::move(attribute.value));
  }
  return dump_json(dict, {.indent = 2}) + "\n";
}

void AlbertConfig::save_pretrained(const std::string& directory) const {
  require(!is_file(directory), ErrorCode::value, "'{}' should be a directory, it is a file", directory);
  const std::string text = to_json_string();
  make_directories(directory);
  write_file(join_path(directory, "config.json"), text);
}

}  // namespace albert
