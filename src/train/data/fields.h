// Which columns hold what, by task.
#pragma once

#include <span>
#include <string_view>

#include "train/data/data_rows.h"

namespace albert::data {

[[nodiscard]] std::span<const Field> text_fields();
[[nodiscard]] std::span<const Field> token_fields();
[[nodiscard]] std::span<const Field> question_fields();
[[nodiscard]] std::span<const Field> choice_fields();

}  // namespace albert::data
