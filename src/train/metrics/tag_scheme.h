// Tags read strictly, by one of seqeval's schemes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "albert/metrics.h"

namespace albert::metrics {

/// The first code point of a tag.
[[nodiscard]] std::string_view prefix_of(std::string_view tag);

/// seqeval's strict mode. `scheme` is not lenient. Error{value}.
[[nodiscard]] std::vector<EntitySpan> strict_entities(std::span<const std::string> tags, TagScheme scheme);

}  // namespace albert::metrics
