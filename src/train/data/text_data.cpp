// Texts and pairs with labels: GLUE's files, CSV and JSON lines.
#include <charconv>

#include "base/check.h"
#include "train/data/fields.h"

namespace albert {
namespace {

bool is_number(const Json* cell) {
  if (cell == nullptr || !cell->is_string() || cell->as_string().empty()) return false;
  double value = 0;
  const std::string& text = cell->as_string();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The forms of GLUE that the names of single columns do not tell.
void guess_columns(data::DataRows& rows) {
  if (!rows.may_guess()) return;
  const Json& row = rows.row();
  if (rows.has_header()) {
    if (row.find("question") != nullptr && row.find("sentence") != nullptr && row.find("text") == nullptr)
      rows.use_columns({{"text", "question"}, {"text_pair", "sentence"}});
    return;
  }
  const std::size_t columns = row.as_object().size();
  if (columns == 4 && is_number(row.find("2"))) rows.use_columns({{"label", "2"}, {"text", "4"}});
  if (columns >= 7 && is_number(row.find("5"))) rows.use_columns({{"label", "5"}, {"text", "6"}, {"text_pair", "7"}});
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

class TextReader {
 public:
  TextReader(const DataOptions& options, LabelNeed need)
      : options_(options), need_(need), rows_(options, data::text_fields()), budget_(options.most_bytes) {}

  TextData read() {
    data_.places = DataPlaces(options_.files);
    while (rows_.next()) {
      guess_columns(rows_);
      TextExample example;
      example.place = rows_.place();
      example.input.text = rows_.text("text");
      if (rows_.find("text_pair") != nullptr) example.input.text_pair = rows_.text("text_pair");
      budget_.take(sizeof(TextExample) + example.input.text.size() + example.input.text_pair.value_or("").size());
      if (need_ == LabelNeed::required || (need_ == LabelNeed::optional && rows_.find("label") != nullptr)) read_labels(example);
      data_.examples.push_back(std::move(example));
    }
    if (list_) {
      data_.kind = LabelKind::several;
    } else if (fraction_ && !word_) {
      data_.kind = LabelKind::numbers;
    }
    return std::move(data_);
  }

 private:
  void read_labels(TextExample& example) {
    const Json& value = rows_.at("label");
    if (const auto list = data::list_of(value)) {
      list_ = true;
      for (const Json& item : *list) add(example, item);
    } else if (options_.label_separator && value.is_string()) {
      list_ = true;
      for (const std::string& part : split(value.as_string(), *options_.label_separator)) add(example, Json(part));
    } else {
      add(example, value);
    }
  }

  void add(TextExample& example, const Json& value) {
    const auto label = data::label_text(value);
    if (!label) rows_.fail("expected a label as text or number, got " + std::string(value.type_name()));
    if (label->empty()) rows_.fail("the label is empty");
    const std::int32_t before = data_.labels.size();
    example.labels.push_back(data_.labels.intern(*label, example.place));
    budget_.take(sizeof(std::int32_t));
    if (data_.labels.size() == before) return;
    budget_.take(4 * data::size_of(*label));
    const Json text(*label);
    if (!is_number(&text)) word_ = true;
    if (label->find_first_not_of("+-0123456789") != std::string::npos) fraction_ = true;
  }

  const DataOptions& options_;
  LabelNeed need_;
  data::DataRows rows_;
  data::Budget budget_;
  TextData data_;
  bool list_ = false, word_ = false, fraction_ = false;  // what some label is
};

}  // namespace

TextData read_text_data(const DataOptions& options, LabelNeed need) { return TextReader(options, need).read(); }

}  // namespace albert
