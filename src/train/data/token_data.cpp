// Words with tags: CoNLL columns, or rows with lists.
#include <algorithm>

#include "base/check.h"
#include "train/data/conll.h"
#include "train/data/fields.h"

namespace albert {
namespace {

/// The items of a list, or the words of a text.
std::vector<std::string> items_of(const data::DataRows& rows, std::string_view field) {
  const Json& value = rows.at(field);
  std::vector<std::string> items;
  if (const auto list = data::list_of(value)) {
    for (const Json& item : *list) {
      const auto text = data::label_text(item);
      if (!text)
        rows.fail("'" + std::string(field) + "' must be a list of texts or numbers, got " + std::string(item.type_name()) + " in it");
      items.push_back(*text);
    }
    return items;
  }
  if (!value.is_string()) rows.fail("'" + std::string(field) + "' must be a list, got " + std::string(value.type_name()));
  const std::string& text = value.as_string();
  for (std::size_t end = 0, first = 0; (first = text.find_first_not_of(' ', end)) != std::string::npos;) {
    end = std::min(text.find(' ', first), text.size());
    items.push_back(text.substr(first, end - first));
  }
  return items;
}

void read_rows(const DataOptions& options, std::uint32_t file, data::Budget& budget, TokenData& data) {
  const DataOptions one = data::only(options, options.files[file]);
  data::DataRows rows(one, data::token_fields());
  while (rows.next()) {
    TokenExample example;
    example.place = {file, rows.place().line};
    example.words = items_of(rows, "tokens");
    budget.take(sizeof(TokenExample));
    for (const std::string& word : example.words) budget.take(data::size_of(word) + sizeof(std::int32_t));
    for (const std::string& tag : items_of(rows, "tags")) {
      if (tag.empty()) rows.fail("a tag is empty");
      example.tags.push_back(data.labels.intern(tag, example.place));
    }
    if (example.tags.size() != example.words.size())
      rows.fail(fmt::format("expected as many tags as words, got {} and {}", example.tags.size(), example.words.size()));
    if (!example.words.empty()) data.examples.push_back(std::move(example));
  }
}

/// Whether a file of columns begins with the header of a table: then its rows are sentences.
bool begins_with_header(const DataOptions& options, const std::string& path) {
  if (path == "-") return false;
  ByteStream stream(data::open(options, path));
  std::string line;
  bool too_long = false;
  stream.get_line(line, 4096, too_long);
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  const auto fields = data::token_fields();
  const auto has = [&](std::string_view name) {
    const std::size_t at = line.find(name);
    return at != std::string::npos;
  };
  return std::all_of(fields.begin(), fields.end(), [&](const data::Field& field) {
    return std::any_of(field.columns.begin(), field.columns.end(), has) ||
           std::any_of(options.renames.begin(), options.renames.end(),
                       [&](const auto& rename) { return rename.first == field.name && has(rename.second); });
  });
}

bool is_rows(const DataOptions& options, const std::string& path) {
  const std::string format = data::format_of(options, path);
  if (format == "jsonl" || format == "ndjson") return true;
  if (format != "csv" && format != "tsv") return false;
  return options.format || begins_with_header(options, path);
}

}  // namespace

TokenData read_token_data(const DataOptions& options) {
  TokenData data;
  data.places = DataPlaces(options.files);
  data::Budget budget(options.most_bytes);
  for (std::uint32_t file = 0; file < options.files.size(); ++file) {
    if (is_rows(options, options.files[file])) {
      read_rows(options, file, budget, data);
    } else {
      data::read_conll(options, file, budget, data);
    }
  }
  return data;
}

Tags convert_tags(const Tags& tags, TagScheme scheme) {
  require(scheme == TagScheme::iob1 || scheme == TagScheme::iob2 || scheme == TagScheme::bioes, ErrorCode::value,
          "tags are converted to iob1, iob2 or bioes: got {}", to_string(scheme));
  Tags converted(tags.size(), "O");
  const std::string* before = nullptr;
  std::int64_t end_before = -2;
  const auto entities = entities_of(tags);
  for (const EntitySpan& entity : entities) {
    const bool touches = before != nullptr && *before == entity.type && end_before + 1 == entity.first;
    for (std::int64_t i = entity.first; i <= entity.last; ++i) {
      char prefix = i == entity.first ? 'B' : 'I';
      if (scheme == TagScheme::iob1 && !touches) prefix = 'I';
      if (scheme == TagScheme::bioes && i == entity.last) prefix = i == entity.first ? 'S' : 'E';
      converted[static_cast<std::size_t>(i)] = std::string(1, prefix) + "-" + entity.type;
    }
    before = &entity.type;
    end_before = entity.last;
  }
  return converted;
}

void match_tags(TokenData& data, const AlbertConfig& config) {
  // Null when every tag of `fitting` has an id, else why not.
  const auto assign = [&](const TokenData& fitting) -> std::optional<Error> {
    std::vector<std::int32_t> ids;
    try {
      ids = match_labels(fitting.labels, fitting.places, config);
    } catch (const Error& error) {
      return error;
    }
    for (std::size_t e = 0; e < data.examples.size(); ++e)
      for (std::size_t i = 0; i < data.examples[e].tags.size(); ++i)
        data.examples[e].tags[i] = ids[static_cast<std::size_t>(fitting.examples[e].tags[i])];
    return {};
  };
  const auto refusal = assign(data);
  if (!refusal) return;
  for (const TagScheme scheme : {TagScheme::iob2, TagScheme::bioes, TagScheme::iob1}) {
    TokenData other;
    other.places = data.places;
    other.examples.reserve(data.examples.size());
    for (const TokenExample& example : data.examples) {
      Tags tags;
      tags.reserve(example.tags.size());
      for (const std::int32_t tag : example.tags) tags.push_back(data.labels.name(tag));
      TokenExample& converted = other.examples.emplace_back();
      for (const std::string& tag : convert_tags(tags, scheme)) converted.tags.push_back(other.labels.intern(tag, example.place));
    }
    if (!assign(other)) return;
  }
  throw Error(*refusal);  // of the tags as they are written: it says more
}

}  // namespace albert
