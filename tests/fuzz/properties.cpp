// Text that a page gives us as JSON: properties, user ids, options. What nlohmann/json's own parser
// says of it is the measure.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "config.h"
#include "core/text.h"
#include "delivery/event.h"
#include "fuzz/measure.h"
#include "fuzz/target.h"

namespace {

using namespace appizer;
using fuzz::expect;
using fuzz::has_huge_number;
using test::parsed;

bool is_ours(View name) { return name == "$event_id"; }

/// What a value has of what is limited.
struct Extent {
  std::size_t depth = 0;
  std::size_t values = 0;
  std::size_t string = 0;
  std::size_t name = 0;

  void add(const nlohmann::json& value, std::size_t level) {
    ++values;
    if (value.is_string()) {
      string = std::max(string, value.get_ref<const std::string&>().size());
    }
    if (!value.is_structured()) return;
    depth = std::max(depth, level);
    for (const auto& item : value.items()) {
      if (value.is_object()) name = std::max(name, item.key().size());
      add(item.value(), level + 1);
    }
  }
};

bool has_member_twice(std::string_view text) {
  List<json::Member> all;
  json::members(text, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i].name == all[j].name) return true;
    }
  }
  return false;
}

void check_copy(std::string_view text, const json::Limits& limits, bool valid) {
  json::Copy copy;
  const bool copied = json::copy(text, limits, is_ours, copy);
  if (valid) expect(copied, "a valid object is copied", text);
  if (!copied) return;
  const std::string whole = "{" + std::string(copy.members) + "}";
  const auto value = parsed(whole);
  expect(!value.is_discarded() && value.is_object(), "a copy is an object", whole);
  expect(whole.size() <= limits.size, "a copy keeps within the size", whole);
  expect(whole.find('\n') == std::string::npos, "a copy is a single line", whole);
  expect(!value.contains("$event_id"), "what is ours is left out", whole);
  Extent extent;
  extent.add(value, 1);
  expect(extent.depth <= limits.depth, "a copy keeps within the depth", whole);
  expect(extent.values - 1 <= limits.values, "a copy keeps within the number of values", whole);
  expect(extent.string <= limits.string, "a copy keeps within the length of strings", whole);
  expect(extent.name <= limits.name, "a copy keeps within the length of names", whole);
  if (valid && copy.cut.empty() && copy.reserved.empty()) {
    expect(value == parsed(text), "what nothing is cut of is the same", whole);
  }
  json::Copy again;
  expect(json::copy(whole, limits, is_ours, again) && again.cut.empty() && again.reserved.empty() &&
             parsed("{" + std::string(again.members) + "}") == value,
         "a copy's copy is the same", whole);
}

void check_event(std::string_view name, std::string_view properties) {
  const Stamp stamp{.user_id = name,
                    .session_id = "session",
                    .event_id = "01234567-89ab-7def-8123-456789abcdef",
                    .wall = 1763928000000,
                    .document = "0123456789",
                    .view = 1,
                    .seq = 2,
                    .page = "/a"};
  const Event event = make_event(name, properties, stamp);
  auto head = event.head;
  append_event_tail(head, name, true, 7, 1763928001000);
  head += '}';
  const auto value = parsed(std::string_view(head));
  expect(!value.is_discarded() && value["properties"]["$event_id"] == std::string(stamp.event_id),
         "an event is valid JSON", std::string_view(head));
}

void play_properties(std::string_view bytes) {
  fuzz::Input input(bytes);
  const std::uint8_t mode = input.byte();
  const std::string_view text = input.rest();
  if (has_huge_number(text)) return;
  const auto value = parsed(text);
  // The library takes a NUL byte for the end, behind which it does not look.
  const bool valid = !value.is_discarded() && text.find('\0') == std::string_view::npos;
  const bool object = valid && value.is_object();
  expect(json::is_object(text) == object, "what an object is", text);
  List<json::Member> members;
  const bool has_members = json::members(text, members);
  expect(has_members == object, "what has members", text);
  if (has_members) {
    for (const auto& [name, part] : members) {
      expect(!parsed(part).is_discarded(), "a member's value is one", part);
      expect(!json::member(text, name).is_none(), "a member is found by its name", text);
    }
    if (!has_member_twice(text)) {
      expect(members.size() == value.size(), "every member is found", text);
    }
  }
  const View string = json::string(text);
  expect(!string.is_none() == (valid && value.is_string()), "what a string is", text);
  if (!string.is_none()) expect(value == std::string(string), "a string's value", text);
  const json::Truth boolean = json::boolean(text);
  expect((boolean != json::Truth::neither) == (valid && value.is_boolean()), "what a boolean is",
         text);
  const double number = json::number(text);
  expect(!std::isnan(number) == (valid && value.is_number()), "what a number is", text);
  if (!std::isnan(number)) {
    const double wanted = value.get<double>();
    const double apart = std::abs(number - wanted);
    expect(apart <= std::abs(wanted) * 1e-9 + 1e-290, "a number's value", text);
  }
  check_copy(text, kPropertyLimits, object);
  check_copy(text, {1U + (mode & 3U), 1U + (mode >> 2 & 7U), 8, 6, 40U + (mode >> 5) * 8U}, object);
  check_event(mode & 1 ? text.substr(0, text.size() / 2) : "name", text);
  release_scratch();
}

}  // namespace

APPIZER_FUZZER(properties)
