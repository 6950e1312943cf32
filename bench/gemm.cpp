// Share of the machine's peak that the cpu backend reaches on the matrix products of ALBERT.
//
//   bench_gemm [isa] [threads] [hidden] [intermediate]
//
// Peak and products are measured in turns and each figure is the best of many short runs, so that
// other work on the machine moves all of them alike.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "base/parallel.h"
#include "machine_peak.h"

namespace {

using namespace albert;

struct Product {
  const char* name;
  std::int64_t in, out;
  backend::Activation activation;
  bool normalize;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string isa = backend::resolve_instruction_set(argc > 1 ? argv[1] : "");
  const int threads = argc > 2 && std::atoi(argv[2]) > 0 ? std::atoi(argv[2]) : usable_cores();
  const std::int64_t hidden = argc > 3 ? std::atoll(argv[3]) : 768, intermediate = argc > 4 ? std::atoll(argv[4]) : 4 * hidden;
  const auto backend = backend::make_cpu_backend(isa, threads);
  const Product products[] = {{"query+key+value", hidden, 3 * hidden, backend::Activation::none, false},
                              {"dense+LayerNorm", hidden, hidden, backend::Activation::none, true},
                              {"ffn+gelu", hidden, intermediate, backend::Activation::gelu, false},
                              {"ffn_output+LayerNorm", intermediate, hidden, backend::Activation::none, true}};
  fmt::print("{}, {} threads: share of {} x peak (GFLOP/s of all threads)\n{:<22}", isa, threads, threads, "product");
  const auto time = threads == 1 ? bench::thread_now : bench::now;
  const std::int64_t shapes[] = {1, 4, 16, 64, 128, 512};
  for (const auto rows : shapes) fmt::print("{:>18}", fmt::format("M = {}", rows));
  fmt::print("\n");
  for (const Product& product : products) {
    std::vector<float> weight(static_cast<std::size_t>(product.in * product.out), 0.01F),
        vector(static_cast<std::size_t>(product.out), 1.0F);
    const backend::LinearWeights<float> part{weight.data(), vector.data(), product.out};
    const auto packed = backend->pack({&part, 1}, product.in);
    fmt::print("{:<22}", product.name);
    for (const auto rows : shapes) {
      std::vector<float> x(static_cast<std::size_t>(rows * product.in), 0.1F), y(static_cast<std::size_t>(rows * product.out), 0.1F);
      double best = 1e9, peak = 0;
      for (int turn = 0; turn < 15; ++turn) {
        peak = std::max(peak, bench::multiply_add_peak(isa, 0.005));
        for (const double end = bench::now() + 0.04; bench::now() < end;) {
          const double start = time();
          if (product.normalize)
            backend->linear_add_layer_norm(x.data(), rows, product.in, *packed, y.data(), {vector.data(), vector.data(), 1e-12, false}, {},
                                           y.data());
          else
            backend->linear(x.data(), rows, product.in, *packed, product.activation, y.data(), product.out);
          best = std::min(best, time() - start);
        }
      }
      const double rate = 2e-9 * static_cast<double>(rows * product.in * product.out) / best;
      fmt::print("{:>18}", fmt::format("{:.0f} % ({:.0f})", 100 * rate / (peak * threads), rate));
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
}
