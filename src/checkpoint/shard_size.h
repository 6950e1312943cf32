// "10GB", "500MiB", "3mb": the reference's grammar of sizes.
#pragma once

#include <cstdint>
#include <string_view>

namespace albert {

/// Bytes. GIB, MIB, KIB are powers of 1024, GB, MB, KB powers of 1000, in any case; for the latter a
/// lower-case last b means bits. The number is an integer as Python's int() reads it; one beyond
/// int64 is its limit. Error{value}.
[[nodiscard]] std::int64_t parse_shard_size(std::string_view text);

}  // namespace albert
