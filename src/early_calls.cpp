#include "early_calls.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "base/compare.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"
#include "client.h"
#include "delivery/record.h"
#include "pages/redaction.h"
#include "pages/url.h"
#include "storage_keys.h"

namespace appizer {
namespace {

std::uint32_t number_of(View digits) {
  Millis number = 0;
  take_integer(digits, number);
  return static_cast<std::uint32_t>(clamp<Millis>(number, 0, UINT32_MAX));
}

}  // namespace

bool EarlyCall::read(View text) {
  const auto word = [&](View key) { return json::string(json::member(text, key)); };
  const double time = json::number(json::member(text, "t"));
  const double number = json::number(json::member(text, "s"));
  const View called = word("n");
  const View seen = word("v");
  // Before 1970, too: a clock may be wrong.
  if (!(std::abs(time) <= static_cast<double>(kFurthest))) return false;
  if (!(number >= 1 && number <= UINT32_MAX)) return false;
  is_view = !seen.is_none();
  if (!is_view && is_blank(called)) return false;
  name = called;
  properties = json::member(text, "p");
  title = seen;
  referrer = word("r");
  landing = word("l");
  happened = static_cast<Millis>(time);
  url = word("u");
  user_id = word("i");
  seq = static_cast<std::uint32_t>(number);
  return true;
}

View early_event_id(View key) {
  View digits = key.substr(key.rfind(storage_keys::kCalls) + 1);
  Millis time = 0;
  take_integer(digits, time);
  return uuid_v7(time, key);
}

void Client::handle_early(View call) {
  forget_early();
  if (!running_) return;
  early_.key = running_->ownership.key_of_call(take_until(call, ' '));
  early_.seq = number_of(call);
}

// What storage has of the document's first view.
void Client::begin_early_view() {
  const String given = std::exchange(config_.early_view, {});
  View call = given;
  view_taken_ = given == "-";
  if (view_taken_ || call.empty()) return;
  const View key = running_->ownership.key_of_call(take_until(call, ' '));
  view_seq_ = number_of(call);
  if (config_.page_views) {
    running_->delivery.journal(Delivery::events).replace_by_provisional(key);
  } else {
    effects_.erase(key);
  }
}

// What it was called for came to nothing.
void Client::forget_early() {
  if (!early_.key.empty()) effects_.erase(early_.key);
  early_ = {};
}

void Client::take_over_calls() {
  Ownership::Call call;
  while (ready() && running_->ownership.take_call(call)) take_over(call.key, call.text);
}

// What the page that made it would have recorded, as far as it is known.
void Client::take_over(View key, View text) {
  auto& [delivery, ownership, identity, session, first_touch, user_records, guard] = *running_;
  Journal& journal = delivery.journal(Delivery::events);
  EarlyCall call;
  if (!call.read(text)) {
    // Counted and reported like any other that cannot be read.
    ownership.read_segment(Delivery::events, key, text, effects_);
    return;
  }
  PageViews::Findings found;
  PageViews views(config_);
  const View url = clean_url(call.url, config_);
  const Moment then{0, call.happened};
  Effects unasked;
  // Its own page wanted a view.
  const bool wants = std::exchange(config_.page_views, config_.page_views || call.is_view);
  views.start(true, then, unasked);
  if (call.is_view) {
    views.handle_page_facts({call.url, call.title, call.referrer, -1, call.landing, false}, then,
                            found);
  }
  config_.page_views = wants;
  const auto& [name, properties, happened, view, landing] = found.provisional;
  const View document = document_of(key);
  // Another visitor's, or one whose visit is over.
  const bool same = call.user_id.empty() || call.user_id == identity.id();
  const bool goes_on = same && !session.would_begin(now_.wall, {}) &&
                       call.happened > now_.wall - config_.session_timeout;
  const Event event = make_event(
      call.is_view ? name : call.name, call.is_view ? properties : call.properties,
      {.user_id = is_plausible_user_id(call.user_id) ? call.user_id : View(identity.id()),
       .session_id = goes_on ? session.id() : document + "00",
       .event_id = early_event_id(key),
       .wall = call.happened,
       .document = document,
       .view = views.current_view(),
       .seq = call.seq,
       .page = page_of(split(url), config_.count_hash),
       .consent = decision_});
  Record record;
  record.text = event.head;
  String& line = scratch();
  append_line(line, record);
  journal.take_over(key, line, true);
}

View Client::document_of(View key) const {
  const View rest = key.substr(prefix_.size() + View(storage_keys::kSegments).size());
  return rest.substr(0, rest.find('.'));
}

}  // namespace appizer
