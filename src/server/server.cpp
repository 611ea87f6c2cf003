#include "server/server.h"

#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "delivery/documented_limits.h"
#include "delivery/event.h"
#include "delivery/user_records.h"
#include "storage_keys.h"
#include "visitor/identity.h"

namespace appizer {
namespace {

/// Bytes of an address, of a user agent, and of what a browser sent along: none is longer, unless
/// somebody made it up.
constexpr std::size_t kLongestFact = 1024;

void append_known(String& out, View name, View object, View member) {
  const View value = json::clip(json::string(json::member(object, member)), kLongestFact);
  if (!value.empty()) json::append_member(out, name, value);
}

}  // namespace

bool Server::input(const Moment& now) {
  now_ = now;
  release_scratch();
  return running_.has_value();
}

void Server::hint(Hint hint, View detail) {
  if (config_.debug) effects_.hint(hint, detail);
}

Status Server::start(View config, const Entropy& seed, const Moment& now) {
  if (input(now)) return Status::already_started;
  List<Config::Problem> problems;
  const Status status = config_.read(config, problems);
  // The key says which app it is.
  if (status != Status::ok && status != Status::app_id_missing) return status;
  live_ = config_.live();
  ids_.seed(seed);
  const View facts = json::member(config, "facts");
  const double interval = json::number(json::member(facts, "request_interval"));
  if (interval >= 1) config_.request_interval = static_cast<Millis>(min(interval, 6e4));
  const View space = json::string(json::member(facts, "space"));
  prefix_ = storage_keys::prefix_of(config_.api_base, space + "\n" + config_.app_id);
  for (const auto& problem : problems) hint(problem.hint, problem.name);
  running_.emplace(config_, live_, ids_, prefix_);
  running_->ownership.start(now_);
  running_->delivery.read_pauses(effects_);
  next_scan_ = now.monotonic + kScanInterval;
  return Status::ok;
}

Status Server::track(View name, View properties, View about, Millis happened, const Moment& now) {
  if (!input(now)) return Status::not_started;
  if (is_blank(name)) return Status::name_missing;
  const String user_id(user_id_in(json::member(about, "user_id")));
  if (!is_plausible_user_id(user_id)) {
    hint(Hint::user_id_refused, json::clip(user_id, kLongestUserId));
    return Status::user_id_unusable;
  }
  const String session_id(
      json::clip(json::string(json::member(about, "session_id")), kLongestUserId));
  Event event = make_event(name, properties,
                           {.user_id = user_id,
                            .session_id = session_id,
                            .event_id = ids_.event_id(happened),
                            .wall = happened});
  append_known(event.head, "$view_id", about, "view_id");
  // What the documentation has beside the properties goes before them, as the text ends within
  // them.
  String& facts = scratch();
  append_known(facts, "ip", about, "ip");
  append_known(facts, "ua", about, "ua");
  if (!facts.empty()) event.head = "{" + facts.substr(1) + "," + event.head.substr(1);
  if (config_.debug) {
    if (!is_snake_case(name)) hint(Hint::name_not_snake_case, name);
    if (count_characters(name) > kDocumentedName)
      hint(Hint::name_over_limit, json::clip(name, 255));
    if (count_characters(properties) > kDocumentedProperties) {
      hint(Hint::properties_over_limit, name);
    }
    if (event.properties_lost) hint(Hint::properties_not_an_object, name);
    for (const View property : event.cut) hint(Hint::properties_cut, property);
    for (const View property : event.reserved) hint(Hint::property_name_reserved, property);
  }
  const bool lost = event.properties_lost;
  Record record;
  record.text = std::move(event.head);
  running_->delivery.add(Delivery::events, std::move(record), effects_);
  return lost ? Status::properties_unusable : Status::ok;
}

Status Server::identify(View json, const Moment& now) {
  if (!input(now)) return Status::not_started;
  const String user_id(user_id_in(json::member(json, "user_id")));
  if (!is_plausible_user_id(user_id)) {
    hint(Hint::user_id_refused, json::clip(user_id, kLongestUserId));
    return Status::user_id_unusable;
  }
  const View traits = json::member(json, "traits");
  if (traits.is_none() || traits == "null") {
    UserRecords().identify(user_id, {}, {}, running_->delivery, effects_);
    return Status::ok;
  }
  if (!UserRecords().set_properties(user_id, traits, {}, running_->delivery, effects_)) {
    hint(Hint::user_properties_refused, {});
    return Status::user_properties_unusable;
  }
  return Status::ok;
}

Status Server::alias(View json, const Moment& now) {
  if (!input(now)) return Status::not_started;
  const String user_id(user_id_in(json::member(json, "user_id")));
  const String previous(user_id_in(json::member(json, "previous_id")));
  for (const View id : {View(user_id), View(previous)}) {
    if (is_plausible_user_id(id)) continue;
    hint(Hint::user_id_refused, json::clip(id, kLongestUserId));
    return Status::user_id_unusable;
  }
  // The user first: an alias of one that does not exist yet is refused.
  UserRecords().identify(user_id, previous, {}, running_->delivery, effects_);
  return Status::ok;
}

Status Server::flush(std::uint32_t token, const Moment& now) {
  if (!input(now)) return Status::not_started;
  running_->delivery.flush(token);
  return Status::ok;
}

void Server::handle_storage_value(View key, View text, const Moment& now) {
  if (!input(now)) return;
  auto& [delivery, ownership] = *running_;
  if (!delivery.handle_stored_pause(key, text, now)) {
    ownership.handle_storage_value(key, text, now, effects_);
  }
}

void Server::handle_storage_keys(View list, const Moment& now) {
  if (input(now)) running_->ownership.handle_storage_keys(list, now);
}

void Server::handle_lock(View name, bool granted, const Moment& now) {
  if (input(now)) running_->ownership.handle_lock(name, granted, effects_);
}

void Server::handle_store_failed(View key, const Moment& now) {
  if (input(now)) running_->delivery.handle_store_failed(key, now.monotonic);
}

void Server::handle_response(std::uint32_t id, int status, const RetryHeaders& headers, View body,
                             const Moment& now) {
  if (input(now)) running_->delivery.handle_response(id, status, headers, body, now, effects_);
}

bool Server::poll(Effect& effect) {
  while (next_effect(effect)) {
    // Without a folder there is nothing that outlives the process, and nothing to look for.
    if (!config_.cookieless) return true;
    switch (effect.kind) {
      case Effect::read:
        handle_storage_value(effect.text, View::none(), now_);
        break;
      case Effect::scan:
        handle_storage_keys({}, now_);
        break;
      case Effect::store:
      case Effect::erase:
      case Effect::lock:
      case Effect::unlock:
        break;
      default:
        return true;
    }
  }
  return false;
}

bool Server::next_effect(Effect& effect) {
  if (effects_.empty() && running_) {
    auto& [delivery, ownership] = *running_;
    if (now_.monotonic >= next_scan_) {
      next_scan_ = now_.monotonic + kScanInterval;
      ownership.scan_soon(now_);
    }
    ownership.advance(false, now_, effects_);
    const bool failing = delivery.journal(Delivery::events).storage_failing();
    if (failing != std::exchange(hinted_storage_, failing)) {
      hint(failing ? Hint::storage_failing : Hint::storage_recovered, {});
    }
    if (effects_.empty()) delivery.advance(now_, effects_);
  }
  if (effects_.empty()) return false;
  effect = effects_.take();
  return true;
}

Millis Server::next_wake() const {
  if (!running_) return -1;
  const auto& [delivery, ownership] = *running_;
  const Millis next =
      min(min(delivery.next_wake(now_.monotonic), ownership.next_wake()), next_scan_);
  return next == kNever ? -1 : max<Millis>(0, next - now_.monotonic);
}

}  // namespace appizer
