// A real ALBERT: RXNMapper maps the atoms of chemical reactions by one attention head. Its published
// confidences are products of attention probabilities, so they test every layer below.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "formats/weight_file.h"
#include "small_model.h"

namespace albert::testing {
namespace {

std::string assets() {
  const char* folder = std::getenv("ALBERT_ASSETS");
  return folder != nullptr ? folder : ALBERT_SOURCE_DIR "/../shared/assets";
}

/// One token of a reaction SMILES: an atom (in brackets or not), or one of the signs between atoms.
std::string next_token(std::string_view text) {
  if (text[0] == '[') return std::string(text.substr(0, text.find(']') + 1));
  for (const char* two : {"Br", "Cl", ">>"})
    if (text.starts_with(two)) return two;
  if (text[0] == '%') return std::string(text.substr(0, 3));
  return std::string(text.substr(0, 1));
}

/// "C" for c, C, [C@H] and [13CH3]; empty for a token that is no atom.
std::string element(const std::string& token) {
  std::size_t i = 0;
  if (token[0] == '[')
    for (i = 1; std::isdigit(static_cast<unsigned char>(token[i])) != 0; ++i) {
    }
  if (std::isalpha(static_cast<unsigned char>(token[i])) == 0) return "";
  std::string name(1, static_cast<char>(std::toupper(static_cast<unsigned char>(token[i]))));
  if (token == "Br" || token == "Cl") name += token[1];
  return name;
}

struct Atom {
  std::int64_t position;  ///< of its token in the sequence
  std::string element;
  std::set<std::size_t> neighbours;
};

/// The atoms of one side and their bonds: chains, branches and ring closures.
class Side {
 public:
  void read(const std::string& token, std::int64_t position) {
    if (const auto name = element(token); !name.empty()) {
      atoms.push_back({position, name, {}});
      if (last_) bond(*last_, atoms.size() - 1);
      last_ = atoms.size() - 1;
    } else if (token == "(") {
      branches_.push_back(last_);
    } else if (token == ")") {
      last_ = branches_.back();
      branches_.pop_back();
    } else if (token == ".") {
      last_.reset();
    } else if (std::isdigit(static_cast<unsigned char>(token.back())) != 0) {
      if (const auto open = rings_.find(token); open != rings_.end()) {
        bond(open->second, *last_);
        rings_.erase(open);
      } else {
        rings_[token] = *last_;
      }
    }
  }
  std::vector<Atom> atoms;

 private:
  void bond(std::size_t a, std::size_t b) {
    atoms[a].neighbours.insert(b);
    atoms[b].neighbours.insert(a);
  }
  std::optional<std::size_t> last_;
  std::vector<std::optional<std::size_t>> branches_;
  std::map<std::string, std::size_t> rings_;
};

/// Repeatedly takes the most certain pair of atoms; neighbours of a pair become likelier.
double confidence(const Side& reactants, const Side& products, const Tensor& attention, std::int64_t head) {
  const std::int64_t length = attention.dim(3);
  const auto probability = [&](std::int64_t l, std::int64_t m) { return at(attention, (head * length + l) * length + m); };
  const auto& [p, r] = std::pair(products.atoms, reactants.atoms);
  std::vector<std::vector<double>> score(p.size(), std::vector<double>(r.size()));
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t j = 0; j < r.size(); ++j)
      if (p[i].element == r[j].element) score[i][j] = probability(p[i].position, r[j].position) + probability(r[j].position, p[i].position);
  double product = 1;
  for (std::size_t step = 0; step < p.size(); ++step) {
    double best = 0;
    std::size_t row = 0, column = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      double sum = 0;
      for (const double value : score[i]) sum += value;
      for (std::size_t j = 0; j < r.size() && sum > 0; ++j)
        if (score[i][j] / sum > best) {
          best = score[i][j] / sum;
          row = i;
          column = j;
        }
    }
    product *= best;
    for (const auto i : p[row].neighbours)
      for (const auto j : r[column].neighbours) score[i][j] *= 90;
    for (auto& value : score[row]) value = 0;
    for (auto& line : score) line[column] = 0;
  }
  return product;
}

AlbertForMaskedLM load(const std::string& folder, const std::shared_ptr<const Device>& device) {
  const auto config = AlbertConfig::from_pretrained(folder);
  const auto file = formats::read_weight_file(MappedFile::open(folder + "/pytorch_model.bin"));
  auto table = parameter_table(config, ModelClass::masked_lm);
  std::vector<Tensor> tensors;
  for (const auto& spec : table) {
    const auto* tensor = file.find(spec.name);
    tensors.push_back(tensor == nullptr ? Tensor() : *tensor);
  }
  AlbertPreTrainedModel::BuildOptions options;
  options.device = device;
  return {config, bind_parameters(std::move(table), std::move(tensors)), options};
}

TEST(RxnMapperTest, GivesThePublishedConfidences) {
  const std::string folder = assets() + "/models/rxnmapper";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder << " (set ALBERT_ASSETS)";
  std::map<std::string, std::int64_t> vocabulary;
  std::int64_t next = 0;
  std::string words = read_whole_file(folder + "/vocab.txt");
  for (std::size_t begin = 0; begin < words.size();) {
    const auto end = std::min(words.find('\n', begin), words.size());
    vocabulary[words.substr(begin, end - begin)] = next++;
    begin = end + 1;
  }
  const Json reference = parse_json(read_whole_file(folder + "/reference.json"));
  for (const auto& device : all_devices()) {
    const auto model = load(folder, device);
    for (const auto& row : reference.find("cases")->as_array()) {
      const std::string& reaction = row.find("rxn")->as_string();
      std::vector<std::int64_t> ids{vocabulary.at("[CLS]")};
      Side reactants, products;
      Side* side = &reactants;
      for (std::string_view rest = reaction; !rest.empty();) {
        const auto token = next_token(rest);
        rest.remove_prefix(token.size());
        if (token == ">>")
          side = &products;
        else
          side->read(token, static_cast<std::int64_t>(ids.size()));
        ids.push_back(vocabulary.contains(token) ? vocabulary.at(token) : vocabulary.at("[UNK]"));
      }
      ids.push_back(vocabulary.at("[SEP]"));
      ModelInputs inputs;
      inputs.input_ids = Tensor::from<std::int64_t>({1, static_cast<std::int64_t>(ids.size())}, ids);
      ForwardOptions options;
      options.output_attentions = true;
      const auto attentions = model.forward(inputs, options).list("attentions");
      EXPECT_NEAR(confidence(reactants, products, attentions[10], 5), row.find("confidence")->as_double(), 2e-6)
          << reaction << " on " << device->description();
    }
  }
}

}  // namespace
}  // namespace albert::testing
