#include "session.h"

#include <algorithm>
#include <charconv>

#include "json.h"

namespace appizer {
namespace {

constexpr std::size_t kIdLength = 12;  // 60 random bits

bool is_id(std::string_view text) {
  return text.size() == kIdLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
         });
}

}  // namespace

// "<id> <time of the last event>"
void Session::restore(const std::string* text) {
  if (text == nullptr || text->size() < kIdLength + 2 || (*text)[kIdLength] != ' ') return;
  const std::string_view id = std::string_view(*text).substr(0, kIdLength);
  Millis last = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data() + kIdLength + 1, end, last);
  if (!is_id(id) || error != std::errc{} || rest != end) return;
  if (last < -kFurthest || last > kFurthest) return;
  id_ = id;
  last_ = last;
  stored_ = last;
}

const std::string& Session::touch(Ids& ids, Millis wall, Effects& effects) {
  // A clock that was set back says nothing of how long nothing happened, so the session goes on.
  const bool ended = id_.empty() || wall - last_ > timeout_;
  if (ended) id_ = ids.token(kIdLength);
  last_ = wall;
  if (ended || wall - stored_ >= kLag || wall < stored_) {
    stored_ = wall;
    std::string text = id_ + " ";
    json::append_integer(text, wall);
    effects.store(key_, std::move(text));
  }
  return id_;
}

}  // namespace appizer
