// The library's loading and saving behind one line of JSON a request, for tests/oracle/compare_checkpoints.py.
//
//   {"do": "read", "file": PATH, "out": PATH}                    any weight file, as safetensors
//   {"do": "load", "class": NAME, "path": PATH, "options": {}}   the report of from_pretrained
//   ... "state": PATH                                            and its parameters
//   ... "save": PATH, "safe": BOOL, "size": "1KB", "variant": "" and save_pretrained
#include <iostream>

#include "albert/safetensors.h"
#include "checkpoint_cases.h"
#include "formats/weight_file.h"

namespace {

using albert::Json;

Json load(const Json& request) {
  albert::LoadOptions options = albert::options_of(*request.find("options"));
  albert::LoadingInfo info;
  options.info = &info;
  const auto model = albert::AlbertPreTrainedModel::from_pretrained(albert::model_class_from_string(albert::text(request, "class")),
                                                                    albert::text(request, "path"), options);
  if (request.find("state") != nullptr) {
    albert::TensorList tensors;
    for (const std::string& name : model.parameters().names()) tensors.emplace_back(name, model.parameters().at(name));
    albert::save_safetensors(albert::text(request, "state"), tensors);
  }
  if (request.find("save") != nullptr)
    model.save_pretrained(albert::text(request, "save"), albert::save_as(request.find("safe")->as_bool(), albert::text(request, "size"),
                                                                         albert::text(request, "variant")));
  Json::Array mismatched, warnings;
  for (const auto& mismatch : info.mismatched_keys) mismatched.emplace_back(mismatch.name);
  for (const std::string& warning : info.warnings) warnings.emplace_back(albert::sort_lists(warning));
  return Json::Object{{"missing", albert::sorted(info.missing_keys)},
                      {"unexpected", albert::sorted(info.unexpected_keys)},
                      {"mismatched", mismatched},
                      {"warnings", warnings}};
}

Json answer(const Json& request) {
  if (albert::text(request, "do") == "load") return load(request);
  const auto content = albert::formats::read_weight_file(albert::MappedFile::open(albert::text(request, "file")));
  albert::save_safetensors(albert::text(request, "out"), content.tensors);
  return Json::Object{};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    Json reply;
    try {
      reply = answer(albert::parse_json(line));
    } catch (const albert::Error& error) {
      reply = Json::Object{{"error", std::string(albert::to_string(error.code()))}, {"message", error.what()}};
    }
    std::cout << albert::dump_json(reply) << std::endl;
  }
}
