#include "wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/json.h"

namespace sim {
namespace {

using appizer::Millis;

std::size_t index_of(std::string_view text, std::string_view word, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  // Not string_view::find, which is several times slower on our quotation marks.
  const void* at = memmem(text.data() + from, text.size() - from, word.data(), word.size());
  if (at == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

std::int64_t number_at(std::string_view text, std::size_t at, std::int64_t missing) {
  std::int64_t number = missing;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 14695981039346656037U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return value;
}

constexpr std::string_view kUser = "\"user_id\":\"";

// The JSON string that `before` opens, still escaped.
std::string_view string_after(std::string_view text, std::string_view before, std::size_t from) {
  const std::size_t found = index_of(text, before, from);
  if (found == std::string_view::npos) return {};
  const std::size_t begin = found + before.size();
  std::size_t end = begin;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return text.substr(begin, end - begin);
}

// "2026-11-23T20:40:46.000Z"; -1 for anything else.
Millis time_of(std::string_view text) {
  std::array<int, 7> n{};  // year, month, day, hours, minutes, seconds, milliseconds
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &n[0], &n[1], &n[2], &n[3], &n[4],
                  &n[5], &n[6]) != 7) {
    return -1;
  }
  using namespace std::chrono;
  const sys_days day = year(n[0]) / n[1] / n[2];
  const auto days = static_cast<Millis>(day.time_since_epoch().count());
  return ((days * 24 + n[3]) * 60 + n[4]) * 60'000 + n[5] * 1000 + n[6];
}

}  // namespace

std::uint64_t id_hash(std::string_view id) {
  appizer::String text;
  appizer::json::append_string(text, id);
  return hash(std::string_view(text).substr(1, text.size() - 2));
}

bool is_journal(std::string_view key, Lane& lane) {
  const std::size_t start = key.find(".j.");
  if (!key.starts_with("appizer.") || start == std::string_view::npos) return false;
  const std::size_t dot = key.find('.', start + 3);
  if (dot == std::string_view::npos || dot == start + 3 || dot + 2 >= key.size()) return false;
  // Suspects (q) are events, most of them.
  const char letter = key[dot + 1];
  if (letter != 'e' && letter != 'p' && letter != 'q' && letter != 'c') return false;
  lane = letter == 'p' ? users : events;
  const std::string_view number = key.substr(dot + 2);
  return number.size() < (letter == 'c' ? 15U : 10U) &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool contains(std::string_view text, std::string_view word) {
  return index_of(text, word, 0) != std::string_view::npos;
}

std::int64_t read_number(std::string_view text, std::string_view name, std::int64_t missing) {
  const std::size_t at = index_of(text, name, 0);
  if (at == std::string_view::npos) return missing;
  return number_at(text, at + name.size() + 2, missing);
}

namespace {

// What all events have.
void read_facts(std::string_view event, Part& part) {
  constexpr std::string_view kId = "\"$event_id\":\"";
  constexpr std::string_view kDropped = "\"$dropped\":";
  part.user = hash(string_after(event, kUser, 0));
  const std::size_t id = index_of(event, kId, 0);
  if (id == std::string_view::npos) return;
  part.id = hash(event.substr(id + kId.size(), 36));
  part.wall = time_of(string_after(event, "\"$timestamp\":\"", id));
  part.session = hash(string_after(event, "\"$session_id\":\"", id));
  part.number = static_cast<std::uint32_t>(read_number(event, "$seq", 0));
  const std::string_view view = string_after(event, "\"$view_id\":\"", 0);
  if (!view.empty()) {
    part.view = hash(view);
    part.unseen = view.ends_with(".0");
    part.view_document = hash(view.substr(0, view.rfind('.')));
  }
  const std::size_t dropped = index_of(event, kDropped, id);
  if (dropped != std::string_view::npos) {
    part.dropped = static_cast<std::uint32_t>(number_at(event, dropped + kDropped.size(), 0));
  }
}

constexpr std::string_view kEventName = "\"event_name\":\"";

}  // namespace

void read_events(std::string_view text, std::vector<Part>& parts) {
  std::size_t at = index_of(text, kEventName, 0);
  while (at != std::string_view::npos) {
    const std::size_t next = index_of(text, kEventName, at + kEventName.size());
    const std::string_view event = text.substr(at, next - at);
    if (event.substr(kEventName.size()).starts_with('e')) {
      Part part{static_cast<Tag>(number_at(event, kEventName.size() + 1, kNoTag))};
      if (part.tag != kNoTag) {
        read_facts(event, part);
        parts.push_back(part);
      }
    }
    at = next;
  }
}

void read_automatic(std::string_view text, std::vector<Automatic>& events) {
  std::size_t at = index_of(text, kEventName, 0);
  while (at != std::string_view::npos) {
    const std::size_t next = index_of(text, kEventName, at + kEventName.size());
    const std::string_view event = text.substr(at, next - at);
    for (const std::string_view name : {"page_view", "page_leave", "session_start"}) {
      if (string_after(event, kEventName, 0) != name) continue;
      Automatic found{name, {kNoTag}};
      read_facts(event, found.part);
      events.push_back(found);
    }
    at = next;
  }
}

void read_links(std::string_view text, std::vector<Link>& links) {
  constexpr std::string_view kAlias = "\",\"alias_id\":\"";
  for (std::size_t at = index_of(text, kAlias, 0); at != std::string_view::npos;
       at = index_of(text, kAlias, at + 1)) {
    const std::size_t user = text.rfind(kUser, at);
    if (user == std::string_view::npos) continue;
    links.push_back({hash(string_after(text, kUser, user)), hash(string_after(text, kAlias, at))});
  }
}

void read_users(std::string_view text, std::vector<Part>& parts) {
  constexpr std::string_view kAlias = ",\"alias_id\":\"";
  constexpr std::string_view kFacts = ",\"properties\":{";
  for (std::size_t at = index_of(text, kUser, 0); at != std::string_view::npos;
       at = index_of(text, kUser, at)) {
    const std::string_view user = string_after(text, kUser, at);
    at += kUser.size() + user.size() + 1;
    const std::string_view rest = text.substr(std::min(at, text.size()));
    Part part{kNoTag};
    part.user = hash(user);
    if (rest.starts_with(kFacts)) {
      for (std::size_t fact = kFacts.size(); rest.substr(fact).starts_with("\"k");) {
        part.tag = static_cast<Tag>(number_at(rest, fact + 2, kNoTag));
        if (part.tag != kNoTag) parts.push_back(part);
        fact = std::min(rest.find_first_of(",}", fact), rest.size() - 1) + 1;
      }
      continue;
    }
    if (user.starts_with('u')) part.tag = static_cast<Tag>(number_at(user, 1, kNoTag));
    if (part.tag == kNoTag) continue;
    if (rest.starts_with(kAlias)) {
      part.other = hash(string_after(rest, kAlias, 0));
      ++part.tag;
    }
    parts.push_back(part);
  }
}

}  // namespace sim
