// The results that tests/golden/make_optimizers.py wrote.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "albert/json.h"

inline albert::Json golden_optimizers() {
  std::ifstream file(ALBERT_SOURCE_DIR "/tests/golden/optimizers/optimizers.json");
  return albert::parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
}
