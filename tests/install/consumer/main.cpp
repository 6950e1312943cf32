#include <albert/model.h>
#include <albert/tokenizer.h>

#include <iostream>

int main(int argc, char** argv) {
  const auto tokenizer = albert::Tokenizer::from_pretrained(argv[argc - 1]);
  const auto model = albert::AlbertModel::from_pretrained(argv[argc - 1]);
  const auto ids = (*tokenizer)("The wind was cold.").input_ids;
  albert::ModelInputs inputs;
  inputs.input_ids = albert::Tensor::from<std::int32_t>({1, static_cast<std::int64_t>(ids.size())}, ids);
  std::cout << albert::to_string(model.forward(inputs).at("last_hidden_state").shape()) << "\n";
}
