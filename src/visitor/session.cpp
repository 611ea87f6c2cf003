#include "visitor/session.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace appizer {
namespace {

constexpr std::size_t kIdLength = 12;  // 60 random bits
constexpr std::size_t kLongestLanding = 16 * 1024;

bool is_id(View text) {
  return text.size() == kIdLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_lower(c); });
}

// The campaign parameters of a landing: what it has beside the URL and the referrer.
View campaign_of(View landing) {
  String& out = scratch();
  List<json::Member> members;
  json::members(landing, members);
  for (const json::Member& member : members) {
    if (member.name == "url" || member.name == "referrer") continue;
    out += member.name;
    out += member.value;
  }
  return out;
}

}  // namespace

// "<id> <time of the last event>", and after another space where the visitor arrived, if that is
// known.
void Session::handle_storage_value(View text) {
  const View id = text.substr(0, kIdLength);
  text = text.substr(kIdLength);
  Millis last = 0;
  if (!is_id(id) || !text.starts_with(" ")) return;
  text.remove_prefix(1);
  if (!take_integer(text, last) || last < -kFurthest || last > kFurthest) return;
  if (!text.empty() && (text[0] != ' ' || text.size() == 1)) return;
  id_ = id;
  last_ = last;
  stored_ = last;
  landing_.clear();
  text = text.substr(1);
  if (text.size() <= kLongestLanding && json::is_object(text)) landing_ = text;
}

View Session::touch(Ids& ids, Millis wall, Effects& effects, View landing) {
  // A clock that was set back says nothing of how long nothing happened, so the session goes on.
  bool ended = id_.empty() || wall - last_ > timeout_;
  if (!ended && !landing.empty()) {
    const View campaign = campaign_of(landing);
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
    String& text = scratch(id_);
    text += ' ';
    json::append_integer(text, wall);
    if (!landing_.empty()) {
      text += ' ';
      text += landing_;
    }
    effects.store(key_, text);
  }
  return id_;
}

}  // namespace appizer
