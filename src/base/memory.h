// How much memory there is, asked before a lot of it is taken.
//
// Linux grants more than it has and ends a process that then uses it; what a file or a
// configuration asks for is therefore compared with what there is, and refused with an Error.
#pragma once

#include <cstdint>
#include <string_view>

namespace albert {

/// Bytes that can be taken before the system runs short: what it counts as available, within the
/// limit of the control group. The largest number where the system does not say.
[[nodiscard]] std::uint64_t available_memory() noexcept;

/// Error{resource} when `bytes` are more than available_memory(); amounts below 256 MiB are not looked at.
void require_memory(std::uint64_t bytes, std::string_view what);

}  // namespace albert
