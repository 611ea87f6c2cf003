#include "visitor/session.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace appizer {
namespace {

constexpr std::size_t kIdLength = 12;  // 60 random bits
constexpr std::size_t kLongestLanding = 16 * 1024;
/// Stands in storage for a session that has ended.
constexpr char kEnded = '-';
/// Stands behind the time of one that had just begun when that was written.
constexpr char kYoung = '!';

bool is_id(View text) {
  return text.size() == kIdLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_lower(c); });
}

bool is_campaign(View name) { return name != "url" && name != "referrer"; }

/// What two campaigns have in common.
struct Shared {
  std::size_t same = 0;
  std::size_t other = 0;
};

// Appends what a landing has beside its URL and its referrer, as an object.
View without_urls(View landing) {
  String& out = scratch("{");
  List<json::Member> members;
  json::members(landing, members);
  for (const json::Member& member : members) {
    if (!is_campaign(member.name)) continue;
    if (out.size() > 1) out += ',';
    json::append_string(out, member.name);
    out += ':';
    out += member.value;
  }
  return out += '}';
}

}  // namespace

bool is_other_campaign(View landing, View before) {
  List<json::Member> ours;
  List<json::Member> theirs;
  json::members(landing, ours);
  json::members(before, theirs);
  std::size_t campaign = 0;
  Shared utm;
  Shared clicks;
  for (const json::Member& our : ours) {
    if (!is_campaign(our.name)) continue;
    ++campaign;
    Shared& shared = our.name.starts_with("utm_") ? utm : clicks;
    for (const json::Member& their : theirs) {
      if (lower(their.name) != lower(our.name)) continue;
      ++(lower(their.value) == lower(our.value) ? shared.same : shared.other);
    }
  }
  if (campaign == 0) return false;
  if (utm.same + utm.other > 0) return utm.other > 0;
  return clicks.same == 0;
}

Session::Session(View prefix, Millis timeout, bool in_cookie)
    : key_(prefix + storage_keys::kSession),
      cookie_key_("cookie:" + key_),
      timeout_(timeout),
      in_cookie_(in_cookie) {}

void Session::read(Effects& effects) {
  asked_ = true;
  unread_ = in_cookie_ ? 2 : 1;
  effects.read(key_);
  if (in_cookie_) effects.read(cookie_key_);
}

// "<id> <time of the last event>", '!' if it had just begun, and after another space where the
// visitor arrived, if that is known; or "- <time>[ <id>]".
Session::Change Session::handle_storage_value(View key, View text, Millis wall, Effects& effects) {
  const bool answers = unread_ > 0;
  if (answers && --unread_ == 0) fresh_ = true;
  const bool ended = !text.empty() && text[0] == kEnded;
  const View id = text.substr(0, ended ? 1 : kIdLength);
  if (!ended && !is_id(id)) return Change::none;
  text = text.substr(id.size());
  Millis last = 0;
  if (!text.starts_with(" ")) return Change::none;
  text.remove_prefix(1);
  if (!take_integer(text, last) || last < -kFurthest || last > kFurthest) return Change::none;
  const bool theirs_young = !text.empty() && text[0] == kYoung;
  if (theirs_young) text.remove_prefix(1);
  if (!text.empty() && (text[0] != ' ' || text.size() == 1)) return Change::none;
  if (ended) {
    // One that began since goes on. Which one ended counts first: the clock may have been set back.
    if (id_.empty() || (last < began_ && text.substr(1) != id_)) return Change::none;
    id_.clear();
    landing_.clear();
    young_ = false;
    return Change::none;
  }
  const View landing = text.substr(1);
  const bool lands = landing.size() <= kLongestLanding && json::is_object(landing);
  const bool young = young_ && std::abs(last - began_) <= kNew && last_ - began_ <= kNew;
  if (id == id_) {
    last_ = std::max(last_, last);
    stored_ = last;
    if (lands && landing_.empty()) landing_ = landing;
    // Who wrote before this was stored may have begun another one.
    return young && !answers ? Change::contested : Change::none;
  }
  // A cookie is written as seldom as storage, but read only now and then.
  if (key == cookie_key_ && !id_.empty() && last <= last_) return Change::none;
  Change change = Change::none;
  if (young && theirs_young && !is_other_campaign(landing, landing_)) {
    if (std::string_view(id_) < std::string_view(id)) {
      store(effects);
      return Change::contested;
    }
    replaced_ = id_;
    change = Change::replaced;
  } else {
    began_ = last;
    young_ = theirs_young && std::abs(wall - last) <= kNew;
    if (young_) change = Change::contested;
  }
  id_ = id;
  last_ = stored_ = last;
  if (change != Change::replaced || lands) landing_.clear();
  if (lands) landing_ = landing;
  return change;
}

bool Session::would_begin(Millis wall, View landing) const {
  // A clock that was set back says nothing of how long nothing happened, so the session goes on.
  if (id_.empty() || wall - last_ > timeout_) return true;
  return !landing.empty() && !landing_.empty() && is_other_campaign(landing, landing_);
}

View Session::touch(Ids& ids, Millis wall, Effects& effects, View landing) {
  const bool begins = would_begin(wall, landing);
  if (begins) {
    id_ = ids.token(kIdLength);
    landing_.clear();
    began_ = wall;
    young_ = true;
  }
  const bool lands = landing_.empty() && !landing.empty();
  if (lands) landing_ = landing;
  last_ = wall;
  if (begins || lands || wall - stored_ >= kLag || wall < stored_) {
    stored_ = wall;
    store(effects);
  }
  return id_;
}

void Session::store(Effects& effects) {
  String& text = scratch(id_);
  text += ' ';
  json::append_integer(text, stored_);
  if (young_ && std::abs(stored_ - began_) <= kNew) text += kYoung;
  const std::size_t size = text.size();
  if (!landing_.empty()) {
    text += ' ';
    text += landing_;
  }
  effects.store(key_, text);
  if (!in_cookie_) return;
  // That it has landed must be known on the other sub-domains, and its campaign; the rest may be
  // too long for a cookie.
  if (text.size() > kLongestCookie) {
    text.resize(size + 1);
    text += without_urls(landing_);
    if (text.size() > kLongestCookie) {
      text.resize(size + 1);
      text += "{}";
    }
  }
  effects.store(cookie_key_, text);
}

void Session::end(Millis wall, Effects& effects) {
  String& text = scratch();
  text += kEnded;
  text += ' ';
  json::append_integer(text, wall);
  if (!id_.empty()) {
    text += ' ';
    text += id_;
  }
  id_.clear();
  landing_.clear();
  young_ = false;
  effects.store(key_, text);
  if (in_cookie_) effects.store(cookie_key_, text);
}

}  // namespace appizer
