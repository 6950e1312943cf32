// A text, its choices and which of them is right: SWAG's columns, CODAH's, or JSON lines.
#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "train/data/fields.h"

namespace albert {
namespace {

constexpr std::size_t kMostChoices = 1024;

/// CODAH's: a category, the text, the choices, the label.
void guess_columns(data::DataRows& rows) {
  if (!rows.may_guess() || rows.has_header()) return;
  const std::size_t columns = rows.row().as_object().size();
  if (columns < 5) return;
  rows.use_columns({{"text", "2"}, {"label", std::to_string(columns)}, {"choice0", "3"}});
}

/// The column after `column` in a run of them: the number at its end (or its whole name) counted up.
std::string next_column(const std::string& column) {
  const std::size_t digits = column.find_last_not_of("0123456789") + 1;
  const std::string_view number = std::string_view(column).substr(digits);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc()) return "";
  return column.substr(0, digits) + std::to_string(value + 1);
}

std::vector<std::string> choices_of(const data::DataRows& rows) {
  std::vector<std::string> choices;
  if (const Json* value = rows.find("choices")) {
    // ARC's form keeps the texts below.
    if (const Json* texts = value->find("text")) value = texts;
    const auto list = data::list_of(*value);
    if (!list) rows.fail("'choices' must be a list of texts, got " + std::string(value->type_name()));
    for (const Json& item : *list) {
      if (!item.is_string()) rows.fail("'choices' must be a list of texts, got " + std::string(item.type_name()) + " in it");
      choices.push_back(item.as_string());
    }
  } else {
    const Json* first = rows.find("choice0");
    if (first == nullptr) rows.fail_missing("choices");
    const auto& members = rows.row().as_object();
    const auto at = std::find_if(members.begin(), members.end(), [&](const Json::Member& member) { return &member.second == first; });
    const Json* label = rows.find("label");
    for (std::string column = at->first; !column.empty() && choices.size() <= kMostChoices; column = next_column(column)) {
      const Json* choice = rows.row().find(column);
      if (choice == nullptr || choice == label || !choice->is_string()) break;
      choices.push_back(choice->as_string());
    }
  }
  if (choices.empty() || choices.size() > kMostChoices)
    rows.fail(fmt::format("expected 1 to {} choices, got {}", kMostChoices, choices.size() > kMostChoices ? "more" : "none"));
  return choices;
}

std::int32_t label_of(const data::DataRows& rows, const std::vector<std::string>& choices) {
  const auto text = data::label_text(rows.at("label"));
  if (!text) rows.fail("expected the right choice as a number or text, got " + std::string(rows.at("label").type_name()));
  const auto count = static_cast<std::int32_t>(choices.size());
  std::int32_t label = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), label);
  if (error == std::errc() && end == text->data() + text->size() && label >= 0 && label < count) return label;
  if (text->size() == 1 && (*text)[0] >= 'A' && (*text)[0] < 'A' + count) return (*text)[0] - 'A';
  if (const auto same = std::find(choices.begin(), choices.end(), *text); same != choices.end())
    return static_cast<std::int32_t>(same - choices.begin());
  rows.fail(fmt::format("expected the right one of {} choices, from 0 to {}, got '{:.80}'", count, count - 1, *text));
}

}  // namespace

ChoiceData read_choice_data(const DataOptions& options) {
  ChoiceData data;
  data.places = DataPlaces(options.files);
  data::Budget budget(options.most_bytes);
  data::DataRows rows(options, data::choice_fields());
  while (rows.next()) {
    guess_columns(rows);
    ChoiceExample example;
    example.place = rows.place();
    example.input.text = rows.text("text");
    example.input.choices = choices_of(rows);
    example.label = label_of(rows, example.input.choices);
    if (rows.find("sent2") != nullptr) {
      const std::string beginning = rows.text("sent2") + " ";
      for (std::string& choice : example.input.choices) choice.insert(0, beginning);
    }
    budget.take(sizeof(ChoiceExample) + example.input.text.size());
    for (const std::string& choice : example.input.choices) budget.take(data::size_of(choice));
    data.examples.push_back(std::move(example));
  }
  return data;
}

}  // namespace albert
