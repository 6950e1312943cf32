#include "train/metrics/tag_scheme.h"

#include <algorithm>

#include "base/check.h"

namespace albert::metrics {
namespace {

// Sets of prefixes.
enum : unsigned { kI = 1, kO = 2, kB = 4, kE = 8, kS = 16, kU = 32, kL = 64, kAny = 127 };
enum class Type { any, same, different };

/// A step from one tag to the next: their prefixes, and how their types compare.
struct Step {
  unsigned previous, current;
  Type type;
};
using Steps = std::span<const Step>;

/// Which steps begin an entity, stay in one, and end one.
struct Rules {
  unsigned prefixes;
  Steps start, inside, end;
};

constexpr Step kIob1Start[] = {
    {kO, kI, Type::any}, {kI, kI, Type::different}, {kB, kI, Type::any}, {kI, kB, Type::same}, {kB, kB, Type::same}};
constexpr Step kIob1End[] = {{kI, kI, Type::different}, {kI, kO, Type::any},       {kI, kB, Type::any},
                             {kB, kO, Type::any},       {kB, kI, Type::different}, {kB, kB, Type::same}};
constexpr Step kIobInside[] = {{kB, kI, Type::same}, {kI, kI, Type::same}};
constexpr Step kIob2Start[] = {{kAny, kB, Type::any}};
constexpr Step kIob2End[] = {{kI, kO, Type::any}, {kI, kI, Type::different}, {kI, kB, Type::any},
                             {kB, kO, Type::any}, {kB, kI, Type::different}, {kB, kB, Type::any}};
constexpr Step kIoe1Start[] = {{kO, kI, Type::any}, {kI, kI, Type::different}, {kE, kI, Type::any}, {kE, kE, Type::same}};
constexpr Step kIoe1End[] = {
    {kI, kI, Type::different}, {kI, kO, Type::any}, {kI, kE, Type::different}, {kE, kI, Type::same}, {kE, kE, Type::same}};
constexpr Step kIoeInside[] = {{kI, kI, Type::same}, {kI, kE, Type::same}};
constexpr Step kIoe2Start[] = {{kO, kI, Type::any}, {kO, kE, Type::any},       {kE, kI, Type::any},
                               {kE, kE, Type::any}, {kI, kI, Type::different}, {kI, kE, Type::different}};
constexpr Step kIoe2End[] = {{kE, kAny, Type::any}};
constexpr Step kBioesStart[] = {{kAny, kB, Type::any}, {kAny, kS, Type::any}};
constexpr Step kBioesInside[] = {{kB, kI, Type::same}, {kB, kE, Type::same}, {kI, kI, Type::same}, {kI, kE, Type::same}};
constexpr Step kBioesEnd[] = {{kS, kAny, Type::any}, {kE, kAny, Type::any}};
constexpr Step kBilouStart[] = {{kAny, kB, Type::any}, {kAny, kU, Type::any}};
constexpr Step kBilouInside[] = {{kB, kI, Type::same}, {kB, kL, Type::same}, {kI, kI, Type::same}, {kI, kL, Type::same}};
constexpr Step kBilouEnd[] = {{kU, kAny, Type::any}, {kL, kAny, Type::any}};

Rules rules_of(TagScheme scheme) {
  switch (scheme) {
    case TagScheme::iob1:
      return {kI | kO | kB, kIob1Start, kIobInside, kIob1End};
    case TagScheme::iob2:
      return {kI | kO | kB, kIob2Start, kIobInside, kIob2End};
    case TagScheme::ioe1:
      return {kI | kO | kE, kIoe1Start, kIoeInside, kIoe1End};
    case TagScheme::ioe2:
      return {kI | kO | kE, kIoe2Start, kIoeInside, kIoe2End};
    case TagScheme::bioes:
      return {kI | kO | kB | kE | kS, kBioesStart, kBioesInside, kBioesEnd};
    case TagScheme::bilou:
      return {kB | kI | kL | kO | kU, kBilouStart, kBilouInside, kBilouEnd};
    case TagScheme::lenient:
      break;
  }
  fail(ErrorCode::internal, "the lenient scheme has no strict rules");
}

struct Tag {
  unsigned prefix = kO;
  std::string_view type = "_";
};

unsigned prefix_bit(std::string_view tag) {
  constexpr std::string_view kLetters = "IOBESUL";
  const std::size_t place = kLetters.find(tag.front());
  return place == std::string_view::npos ? 0 : 1u << place;
}

Tag parse(std::string_view tag, TagScheme scheme, unsigned allowed) {
  const unsigned prefix = tag.empty() ? 0 : prefix_bit(tag);
  require((prefix & allowed) != 0, ErrorCode::value, "'{}' is no tag of the scheme {}", tag, to_string(scheme));
  std::string_view type = tag.substr(1);
  const std::size_t first = type.find_first_not_of('-');
  type = first == std::string_view::npos ? "_" : type.substr(first, type.find_last_not_of('-') - first + 1);
  return {prefix, type};
}

bool matches(Steps steps, const Tag& previous, const Tag& current) {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    return (step.previous & previous.prefix) != 0 && (step.current & current.prefix) != 0 &&
           (step.type == Type::any || (step.type == Type::same) == (previous.type == current.type));
  });
}

}  // namespace

std::string_view prefix_of(std::string_view tag) {
  std::size_t length = 1;
  while (length < tag.size() && (static_cast<unsigned char>(tag[length]) & 0xC0) == 0x80) ++length;
  return tag.substr(0, length);
}

std::vector<EntitySpan> strict_entities(std::span<const std::string> tags, TagScheme scheme) {
  const Rules rules = rules_of(scheme);
  std::vector<Tag> all;
  for (const std::string& tag : tags) all.push_back(parse(tag, scheme, rules.prefixes));
  all.emplace_back();
  std::vector<EntitySpan> entities;
  for (std::size_t i = 0; i < all.size();) {
    const Tag previous = i == 0 ? Tag() : all[i - 1];
    if (!matches(rules.start, previous, all[i])) {
      ++i;
      continue;
    }
    // The outside tag behind the last one is never inside.
    std::size_t end = i + 1;
    while (matches(rules.inside, all[end - 1], all[end])) ++end;
    if (matches(rules.end, all[end - 1], all[end]))
      entities.push_back({std::string(all[i].type), static_cast<std::int64_t>(i), static_cast<std::int64_t>(end) - 1});
    i = end;
  }
  return entities;
}

}  // namespace albert::metrics
