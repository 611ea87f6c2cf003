// Reads tags, ids and times of events and users from a request or from storage.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/moment.h"

namespace sim {

/// Names one event, user, alias or fact of a world. An event `n` is called "e<n>". A user `n` has
/// the id "u<n>", and the alias that goes with it is `n` + 1. A fact `n` is the property "k<n>" of
/// the user at that time; one record may have several.
using Tag = std::uint32_t;
constexpr Tag kNoTag = UINT32_MAX;

enum Lane : std::uint8_t { events, users };

struct Part {
  Tag tag;
  std::uint64_t id = 0;             // a hash of `$event_id`
  std::uint32_t dropped = 0;        // `$dropped`
  std::uint64_t user = 0;           // `id_hash` of `user_id`
  std::uint64_t other = 0;          // and of `alias_id`
  std::uint64_t session = 0;        // a hash of `$session_id`
  appizer::Millis wall = -1;        // `$timestamp`
  std::uint32_t number = 0;         // `$seq`
  std::uint64_t view = 0;           // a hash of `$view_id`
  std::uint64_t view_document = 0;  // and of the document in it
  bool unseen = false;              // the view's number is 0: nobody had seen the page yet
};

/// An event that the core recorded by itself.
struct Automatic {
  std::string_view name;
  Part part;
};

/// Of a user id, as JSON has it.
std::uint64_t id_hash(std::string_view id);

/// The events in a body, a segment or a report, in order.
void read_events(std::string_view text, std::vector<Part>& parts);
/// The automatic events in a body.
void read_automatic(std::string_view text, std::vector<Automatic>& events);
/// The users, aliases and facts in a body or a segment.
void read_users(std::string_view text, std::vector<Part>& parts);

/// An alias in a request or a segment: hashes of both ids.
struct Link {
  std::uint64_t user;
  std::uint64_t alias;
};
void read_links(std::string_view text, std::vector<Link>& links);

/// The lane of a journal's key, if it is one: <prefix>j.<document>.<lane><number>.
bool is_journal(std::string_view key, Lane& lane);

bool contains(std::string_view text, std::string_view word);

/// The number behind `name` in JSON without spaces, `missing` where there is none.
std::int64_t read_number(std::string_view text, std::string_view name, std::int64_t missing);

}  // namespace sim
