// albert bench: milliseconds and tokens a second of AlbertModel, every row of its outputs computed.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "albert/model.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "output.h"
#include "terminal.h"

namespace cli {
namespace {

using albert::Json;
using albert::Tensor;

/// Token counts of 256 requests as a service sees them: mostly short, a few long.
constexpr std::int64_t kMixedLengths[] = {
    28, 45,  39,  11,  12,  20,  19,  43, 70, 21, 9,  13,  48, 39, 17, 54,  20, 33,  128, 16,  47, 55,  23, 15,  81, 73, 67, 44,  33,
    65, 23,  11,  22,  19,  12,  13,  63, 22, 7,  21, 18,  42, 12, 24, 38,  46, 29,  9,   23,  29, 16,  43, 22,  29, 33, 27, 60,  38,
    38, 196, 170, 22,  44,  27,  176, 17, 30, 15, 13, 105, 91, 22, 22, 181, 84, 97,  67,  12,  99, 4,   51, 20,  23, 61, 18, 62,  23,
    16, 21,  25,  112, 10,  36,  37,  33, 16, 70, 22, 50,  11, 23, 74, 50,  94, 49,  38,  32,  22, 238, 78, 141, 60, 15, 17, 7,   46,
    28, 17,  37,  20,  41,  14,  50,  18, 26, 11, 63, 49,  55, 87, 33, 92,  25, 38,  20,  25,  58, 36,  29, 71,  17, 75, 35, 27,  10,
    75, 30,  25,  155, 25,  22,  16,  25, 12, 34, 16, 15,  26, 46, 93, 29,  82, 141, 181, 13,  37, 100, 78, 17,  44, 60, 36, 167, 36,
    45, 55,  17,  53,  36,  33,  89,  44, 19, 57, 39, 16,  75, 50, 38, 34,  68, 11,  33,  15,  13, 84,  35, 33,  18, 8,  60, 75,  27,
    26, 27,  23,  37,  238, 128, 49,  63, 91, 27, 34, 13,  48, 41, 21, 36,  33, 23,  29,  23,  81, 63,  28, 28,  16, 37, 66, 24,  28,
    96, 5,   20,  40,  81,  32,  47,  19, 65, 39, 30, 41,  22, 93, 23, 36,  31, 25,  49,  158, 36, 88,  62, 8};
constexpr std::size_t kMixedBatch = 16;

struct Shape {
  std::int64_t batch = 0, sequence = 0;
};

struct Timing {
  double minimum = 0, median = 0;  ///< milliseconds
};

std::vector<Shape> parse_shapes(const std::string& text) {
  std::vector<Shape> shapes;
  for (const auto& part : split_commas(text)) {
    const auto cross = part.find('x');
    if (cross == std::string::npos) throw Failure(Exit::usage, "expected BATCHxSEQUENCE, got '" + part + "'");
    const Shape shape{parse_integer(part.substr(0, cross), "the batch"), parse_integer(part.substr(cross + 1), "the sequence")};
    constexpr std::int64_t kMost = 1 << 20;
    if (shape.batch < 1 || shape.sequence < 1 || shape.batch > kMost || shape.sequence > kMost || shape.batch * shape.sequence > kMost)
      throw Failure(Exit::usage, "a shape has 1 to 1048576 tokens, got '" + part + "'");
    shapes.push_back(shape);
  }
  return shapes;
}

albert::AlbertConfig read_config(const std::string& name) {
  for (const char* known : {"base", "large", "xlarge", "xxlarge"})
    if (name == known) return albert::AlbertConfig::published(fmt::format("albert-{}-v2", name));
  return albert::AlbertConfig::from_pretrained(resolve_model(name));
}

/// Rows of the given lengths, padded to the longest; ids spread over the vocabulary.
albert::ModelInputs make_inputs(const std::vector<std::int64_t>& lengths, std::int64_t vocab_size) {
  const auto rows = static_cast<std::int64_t>(lengths.size());
  const std::int64_t width = *std::max_element(lengths.begin(), lengths.end());
  Tensor ids(albert::DType::i64, {rows, width}), mask(albert::DType::i64, {rows, width});
  const auto id = ids.mutable_values<std::int64_t>();
  const auto one = mask.mutable_values<std::int64_t>();
  std::uint64_t state = 1;
  bool ragged = false;
  for (std::int64_t row = 0; row < rows; ++row) {
    ragged = ragged || lengths[static_cast<std::size_t>(row)] != width;
    for (std::int64_t t = 0; t < lengths[static_cast<std::size_t>(row)]; ++t) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto at = static_cast<std::size_t>(row * width + t);
      id[at] = static_cast<std::int64_t>((state >> 33) % static_cast<std::uint64_t>(vocab_size));
      one[at] = 1;
    }
  }
  albert::ModelInputs inputs;
  inputs.input_ids = ids;
  if (ragged) inputs.attention_mask = mask;
  return inputs;
}

/// Runs `pass` once to warm up, then until `seconds` have passed (at least 3 times, at most 200).
template <class Pass>
Timing measure(double seconds, const Pass& pass) {
  using Clock = std::chrono::steady_clock;
  pass();
  std::vector<double> times;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    pass();
    const auto end = Clock::now();
    times.push_back(std::chrono::duration<double, std::milli>(end - start).count());
    if (std::chrono::duration<double>(end - begin).count() > seconds && times.size() >= 3) break;
  } while (times.size() < 200);
  std::sort(times.begin(), times.end());
  const std::size_t half = times.size() / 2;
  return {times.front(), times.size() % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2};
}

}  // namespace

int bench(const Arguments& arguments) {
  ModelOptions model;
  std::string config_name = "base", shapes_text = "1x16,1x128,1x512,8x128,32x128";
  std::optional<std::string> output_path;
  std::int64_t seconds = 2;
  bool mixed = false, train = false, json = false;
  Options options("bench", "Measures AlbertModel (last_hidden_state and pooler_output) on random weights.");
  options.text("--config", config_name, "base|large|xlarge|xxlarge|DIR", "a published configuration, or a folder with config.json (base)");
  options.text("--shapes", shapes_text, "BxS,...", "batches and sequences (" + shapes_text + ")");
  options.flag("--mixed", mixed, "256 requests of mixed lengths, 16 at a time, without padding");
  options.flag("--train", train, "not available in this version");
  options.integer("--seconds", seconds, "N", "time for each shape (2)");
  options.text("--device", model.device, "cpu|ref", "vectorised code, or the plain reference");
  options.text("--dtype", model.dtype, "float32", "arithmetic");
  options.integer("--threads", model.threads, "N", "0: one a core");
  options.flag("--json", json, "one JSON object a shape");
  options.text("--output", output_path, "FILE", "write here instead of standard output").says_what_is_written();
  options.example("albert bench --config base --shapes 1x16,8x128 --json");
  if (!options.parse(arguments)) return 0;

  if (train) throw Failure(Exit::usage, "--train is not available in this version");
  const auto shapes = mixed ? std::vector<Shape>{} : parse_shapes(shapes_text);
  albert::AlbertPreTrainedModel::BuildOptions build;
  build.device = model.make_device();
  const albert::AlbertConfig config = in_stage(Stage::data, [&] { return read_config(config_name); });
  albert::AlbertModel built = in_stage(Stage::data, [&] { return albert::AlbertModel(config, build); });
  built.eval();
  const std::int64_t threads = build.device->options().threads;
  const std::string dtype(albert::to_string(build.device->options().dtype));

  Output output(output_path);
  Progress progress("shapes");
  std::int64_t done = 0;
  const auto report = [&](const Json& batch, const Json& sequence, const Timing& timing, std::int64_t tokens) {
    ++done;
    progress.update(done, static_cast<double>(done) / static_cast<double>(shapes.size() + (mixed ? 1 : 0)));
    const auto hidden = progress.hide();
    const double rate = static_cast<double>(tokens) / timing.median * 1000;
    if (json) {
      output.write(json_line(Json::Object{{"batch", batch},
                                          {"sequence", sequence},
                                          {"threads", threads},
                                          {"dtype", dtype},
                                          {"milliseconds_min", timing.minimum},
                                          {"milliseconds_median", timing.median},
                                          {"tokens_per_second", rate}}));
    } else {
      const std::string name =
          batch.is_integer() && sequence.is_integer() ? fmt::format("{}x{}", batch.as_int(), sequence.as_int()) : "mixed";
      output.write(
          fmt::format("{:>8} {:>12.3f} ms min {:>12.3f} ms median {:>12.0f} tokens/s\n", name, timing.minimum, timing.median, rate));
    }
    output.flush();
  };
  if (!json) output.write(fmt::format("{}, {}\n", config_name, build.device->description()));

  const auto limit = static_cast<double>(seconds);
  for (const Shape& shape : shapes) {
    const auto inputs = make_inputs(std::vector<std::int64_t>(static_cast<std::size_t>(shape.batch), shape.sequence), config.vocab_size());
    const Timing timing = in_stage(Stage::data, [&] { return measure(limit, [&] { static_cast<void>(built.forward(inputs)); }); });
    report(shape.batch, shape.sequence, timing, shape.batch * shape.sequence);
  }
  if (mixed) {
    std::vector<albert::ModelInputs> requests;
    std::int64_t tokens = 0;
    const std::size_t count = std::size(kMixedLengths);
    for (std::size_t first = 0; first < count; first += kMixedBatch) {
      const std::vector<std::int64_t> lengths(kMixedLengths + first, kMixedLengths + std::min(count, first + kMixedBatch));
      for (const auto length : lengths) tokens += length;
      requests.push_back(make_inputs(lengths, config.vocab_size()));
    }
    albert::ForwardOptions call;
    call.padding = albert::Padding::packed;
    const Timing timing = in_stage(Stage::data, [&] {
      return measure(limit, [&] {
        for (const auto& request : requests) static_cast<void>(built.forward(request, call));
      });
    });
    report(std::int64_t{kMixedBatch}, "mixed", timing, tokens);
  }
  output.commit();
  return 0;
}

}  // namespace cli
