#pragma once

namespace albert {

/// What the reference's fast tokenizer makes of a number in a tokenizer.json whose nearest double is
/// `value`: its parser (serde_json without float_roundtrip) multiplies or divides the digits by a
/// power of ten, each step rounded, and so misses the nearest double by an ulp or two now and then.
/// Scores decide between segmentations and are written back, so the miss shows. The digits are taken
/// to be the shortest that name `value`, whole numbers below 10^16 with ".0", as Python and serde_json print them.
[[nodiscard]] double as_serde_reads(double value) noexcept;

}  // namespace albert
