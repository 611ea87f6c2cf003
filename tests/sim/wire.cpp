#include "wire.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sim {
namespace {

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

}  // namespace

bool is_journal(std::string_view key, Lane& lane) {
  const std::size_t start = key.find(".j.");
  if (!key.starts_with("appizer.") || start == std::string_view::npos) return false;
  const std::size_t dot = key.find('.', start + 3);
  if (dot == std::string_view::npos || dot == start + 3 || dot + 2 >= key.size()) return false;
  if (key[dot + 1] != 'e' && key[dot + 1] != 'p') return false;
  lane = key[dot + 1] == 'e' ? events : people;
  const std::string_view number = key.substr(dot + 2);
  return number.size() < 10 &&
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

void read_events(std::string_view text, std::vector<Part>& parts) {
  constexpr std::string_view kName = "\"event_name\":\"e";
  constexpr std::string_view kId = "\"$event_id\":\"";
  constexpr std::string_view kDropped = "\"$dropped\":";
  std::size_t at = index_of(text, kName, 0);
  while (at != std::string_view::npos) {
    const std::size_t next = index_of(text, kName, at + kName.size());
    const std::string_view event = text.substr(at, next - at);
    Part part{static_cast<Tag>(number_at(event, kName.size(), kNoTag))};
    const std::size_t id = index_of(event, kId, 0);
    if (id != std::string_view::npos) {
      part.id = hash(event.substr(id + kId.size(), 36));
      const std::size_t dropped = index_of(event, kDropped, id);
      if (dropped != std::string_view::npos) {
        part.dropped = static_cast<std::uint32_t>(number_at(event, dropped + kDropped.size(), 0));
      }
    }
    if (part.tag != kNoTag) parts.push_back(part);
    at = next;
  }
}

void read_people(std::string_view text, std::vector<Part>& parts) {
  constexpr std::string_view kUser = "\"user_id\":\"u";
  constexpr std::string_view kAlias = ",\"alias_id\":";
  std::size_t at = index_of(text, kUser, 0);
  while (at != std::string_view::npos) {
    at += kUser.size();
    const auto tag = static_cast<Tag>(number_at(text, at, kNoTag));
    const std::size_t end = text.find('"', at);
    const bool alias =
        end != std::string_view::npos && text.substr(end + 1, kAlias.size()) == kAlias;
    if (tag != kNoTag) parts.push_back({alias ? tag + 1 : tag});
    at = index_of(text, kUser, at);
  }
}

}  // namespace sim
