#include "session.h"

#include <algorithm>
#include <charconv>

#include "json.h"

namespace appizer {
namespace {

constexpr std::size_t kIdLength = 12;  // 60 random bits
constexpr std::size_t kLongestLanding = 16 * 1024;

bool is_id(std::string_view text) {
  return text.size() == kIdLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
         });
}

// The campaign parameters of a landing: what it has beside the URL and the referrer.
std::string campaign_of(std::string_view landing) {
  std::string out;
  if (const auto members = json::members(landing)) {
    for (const json::Member& member : *members) {
      if (member.name == "url" || member.name == "referrer") continue;
      out += member.name;
      out += member.value;
    }
  }
  return out;
}

}  // namespace

// "<id> <time of the last event>", and after another space where the visitor arrived, if that is
// known.
void Session::restore(const std::string* text) {
  if (text == nullptr || text->size() < kIdLength + 2 || (*text)[kIdLength] != ' ') return;
  const std::string_view id = std::string_view(*text).substr(0, kIdLength);
  Millis last = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data() + kIdLength + 1, end, last);
  if (!is_id(id) || error != std::errc{} || (rest != end && (*rest != ' ' || rest + 1 == end))) {
    return;
  }
  if (last < -kFurthest || last > kFurthest) return;
  id_ = id;
  last_ = last;
  stored_ = last;
  landing_.clear();
  if (rest == end) return;
  const std::string_view landing(rest + 1, static_cast<std::size_t>(end - rest - 1));
  if (landing.size() <= kLongestLanding && json::is_object(landing)) landing_ = landing;
}

const std::string& Session::touch(Ids& ids, Millis wall, Effects& effects,
                                  std::string_view landing) {
  // A clock that was set back says nothing of how long nothing happened, so the session goes on.
  bool ended = id_.empty() || wall - last_ > timeout_;
  if (!ended && !landing.empty()) {
    const std::string campaign = campaign_of(landing);
    ended = !campaign.empty() && !landing_.empty() && campaign != campaign_of(landing_);
  }
  if (ended) {
    id_ = ids.token(kIdLength);
    landing_.clear();
  }
  const bool lands = landing_.empty() && !landing.empty();
  if (lands) landing_ = landing;
  last_ = wall;
  if (ended || lands || wall - stored_ >= kLag || wall < stored_) {
    stored_ = wall;
    std::string text = id_ + " ";
    json::append_integer(text, wall);
    if (!landing_.empty()) {
      text += ' ';
      text += landing_;
    }
    effects.store(key_, std::move(text));
  }
  return id_;
}

}  // namespace appizer
