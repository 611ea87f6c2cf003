// Reads back what the world itself put into an event or a user, from a request or from storage.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sim {

/// Names one event, user or alias of a world. An event `n` is called "e<n>". A user `n` has the id
/// "u<n>", and the alias that goes with it is `n` + 1.
using Tag = std::uint32_t;
constexpr Tag kNoTag = UINT32_MAX;

enum Lane : std::uint8_t { events, people };

struct Part {
  Tag tag;
  std::uint64_t id = 0;       // a hash of `$event_id`
  std::uint32_t dropped = 0;  // `$dropped`
};

/// The events in a body, a segment or a report, in order.
void read_events(std::string_view text, std::vector<Part>& parts);
/// The users and aliases in a body or a segment.
void read_people(std::string_view text, std::vector<Part>& parts);

/// The lane of a journal's key, if it is one: <prefix>j.<document>.<lane><number>.
bool is_journal(std::string_view key, Lane& lane);

bool contains(std::string_view text, std::string_view word);

/// The number behind `name` in JSON without spaces, `missing` where there is none.
std::int64_t read_number(std::string_view text, std::string_view name, std::int64_t missing);

}  // namespace sim
