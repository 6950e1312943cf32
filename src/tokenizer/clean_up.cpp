#include "tokenizer/clean_up.h"

#include <string_view>
#include <utility>

namespace albert {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  std::size_t hit = text.find(from);
  if (hit == std::string::npos) return text;
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (; hit != std::string::npos; hit = text.find(from, done)) {
    out.append(text, done, hit - done).append(to);
    done = hit + from.size();
  }
  return out.append(text, done);
}

std::string clean_up_tokenization(std::string text, CleanUp how) {
  static constexpr std::pair<std::string_view, std::string_view> rules[] = {{" .", "."},     {" ?", "?"},     {" !", "!"},   {" ,", ","},
                                                                            {" ' ", "'"},    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"},
                                                                            {" 've", "'ve"}, {" 're", "'re"}};
  constexpr std::string_view before_do_not = " 'm";
  for (const auto& [from, to] : rules) {
    text = replace_all(std::move(text), from, to);
    if (how == CleanUp::with_do_not && from == before_do_not) text = replace_all(std::move(text), " do not", " don't");
  }
  return text;
}

}  // namespace albert
