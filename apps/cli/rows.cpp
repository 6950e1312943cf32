#include "rows.h"

#include "failure.h"

namespace cli {
namespace {

InputOptions opened_with(const Patience& patience, InputOptions input) {
  input.open = [patience](const std::string& path) { return std::make_unique<RawInput>(path, patience); };
  return input;
}

}  // namespace

RowReader::RowReader(InputOptions input, const Patience& patience)
    : reader_(in_stage(Stage::options, [&] { return albert::RowReader(opened_with(patience, std::move(input))); })) {}

bool RowReader::next(Row& row) {
  return in_stage(Stage::data, [&] { return reader_.next(row); });
}

}  // namespace cli
