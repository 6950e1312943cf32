// Where the time of one ALBERT layer goes, on one thread, as a share of its multiply-adds at peak.
//
//   bench_layer [isa] [hidden] [heads]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "machine_peak.h"

int main(int argc, char** argv) {
  using namespace albert;
  const std::string isa = backend::resolve_instruction_set(argc > 1 ? argv[1] : "");
  const std::int64_t hidden = argc > 2 ? std::atoll(argv[2]) : 768, heads = argc > 3 ? std::atoll(argv[3]) : hidden / 64;
  const auto backend = backend::make_cpu_backend(isa, 1);
  const std::vector<float> vector(static_cast<std::size_t>(4 * hidden), 0.5F);
  const auto pack = [&](std::int64_t in, std::int64_t out) {
    std::vector<float> weight(static_cast<std::size_t>(in * out));
    for (std::size_t i = 0; i < weight.size(); ++i)
      weight[i] = 0.02F * static_cast<float>(static_cast<int>(i * 2654435761U % 97U) - 48) / 48;
    const backend::LinearWeights<float> part{weight.data(), vector.data(), out};
    return backend->pack({&part, 1}, in);
  };
  const auto qkv = pack(hidden, 3 * hidden), dense = pack(hidden, hidden), up = pack(hidden, 4 * hidden), down = pack(4 * hidden, hidden);
  const backend::LayerNormWeights<float> norm{vector.data(), vector.data(), 1e-12, false};
  const double peak = bench::multiply_add_peak(isa, 0.5);
  fmt::print("{}: microseconds of a layer, share of peak {:.1f} GFLOP/s\n{:<8}", isa, peak, "shape");
  for (const char* name : {"qkv", "attention", "dense", "ffn", "ffn_output", "layer"}) fmt::print("{:>20}", name);
  fmt::print("\n");
  for (const auto& [batch, sequence] : std::vector<std::pair<int, int>>{{1, 16}, {1, 128}, {1, 512}, {8, 16}, {2, 128}}) {
    const std::int64_t rows = batch * sequence;
    std::vector<float> h(static_cast<std::size_t>(rows * hidden)), context(h.size());
    const std::int64_t qkv_stride = backend::scratch_stride<float>(3 * hidden), inner_stride = backend::scratch_stride<float>(4 * hidden);
    std::vector<float> wide(static_cast<std::size_t>(rows * inner_stride));
    for (std::size_t i = 0; i < h.size(); ++i) h[i] = static_cast<float>(static_cast<int>(i * 40503U % 101U) - 50) / 50;
    std::vector<std::int32_t> offsets;
    for (int b = 0; b <= batch; ++b) offsets.push_back(b * sequence);
    backend::AttentionArguments<float> a;
    a.sequences = {offsets, sequence};
    a.heads = heads;
    a.head_size = hidden / heads;
    a.query = wide.data();
    a.key = a.query + hidden;
    a.value = a.key + hidden;
    a.row_stride = qkv_stride;
    const std::vector<std::function<void()>> steps{
        [&] { backend->linear(h.data(), rows, hidden, *qkv, backend::Activation::none, wide.data(), qkv_stride); },
        [&] { backend->attention(a, context.data(), hidden); },
        [&] { backend->linear_add_layer_norm(context.data(), rows, hidden, *dense, h.data(), norm, {}, h.data()); },
        [&] { backend->linear(h.data(), rows, hidden, *up, backend::Activation::gelu, wide.data(), inner_stride); },
        [&] { backend->linear_add_layer_norm(wide.data(), rows, inner_stride, *down, h.data(), norm, {}, h.data()); }};
    const double flops = 2.0 * static_cast<double>(rows * hidden) * static_cast<double>(hidden);
    const std::vector<double> work{3 * flops, 4.0 * static_cast<double>(rows * sequence * hidden), flops, 4 * flops, 4 * flops};
    std::vector<double> best(steps.size(), 1e9);
    for (const double end = bench::now() + 3; bench::now() < end;)
      for (std::size_t i = 0; i < steps.size(); ++i) {
        const double start = bench::thread_now();
        steps[i]();
        best[i] = std::min(best[i], bench::thread_now() - start);
      }
    best.push_back(std::accumulate(best.begin(), best.end(), 0.0));
    std::vector<double> total = work;
    total.push_back(std::accumulate(work.begin(), work.end(), 0.0));
    fmt::print("{:<8}", fmt::format("{}x{}", batch, sequence));
    for (std::size_t i = 0; i < best.size(); ++i)
      fmt::print("{:>20}", fmt::format("{:.0f} us {:3.0f} %", best[i] * 1e6, 1e-7 * total[i] / best[i] / peak));
    fmt::print("\n");
  }
}
