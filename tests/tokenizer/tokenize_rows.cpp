// A tokenizer driven by rows on stdin; tests/oracle/compare_tokenizers.py runs the same rows through the reference.
//
//   tokenize_rows DIRECTORY slow|fast < rows.jsonl
#include <iostream>
#include <string>

#include "albert/error.h"
#include "rows.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: tokenize_rows DIRECTORY slow|fast < rows.jsonl\n";
    return 2;
  }
  try {
    const bool fast = std::string_view(argv[2]) == "fast";
    auto tokenizer = albert::load_for_rows(argv[1], fast);
    for (std::string line; std::getline(std::cin, line);)
      std::cout << albert::dump_json(albert::answer_row(albert::parse_json(line), tokenizer, fast)) << '\n';
  } catch (const albert::Error& error) {
    std::cerr << error.what() << '\n';
    return 65;
  }
  return 0;
}
