#include "effect.h"

#include <utility>

#include "base/text.h"

namespace appizer {

void Effects::add(Effect::Kind kind, std::uint32_t number, bool flag, View text, View more) {
  all_.push_back({kind, number, flag, text, more});
}

void Effects::request(std::uint32_t id, View url, View body, bool keepalive) {
  add(Effect::request, id, keepalive, url, body);
}

void Effects::cancel(std::uint32_t id) { add(Effect::cancel, id, false, {}, {}); }

void Effects::store(View key, View value) { add(Effect::store, 0, false, key, value); }

void Effects::erase(View key) { add(Effect::erase, 0, false, key, {}); }

void Effects::read(View key) { add(Effect::read, 0, false, key, {}); }

void Effects::scan(View prefix) { add(Effect::scan, 0, false, prefix, {}); }

void Effects::lock(View name, bool wait) { add(Effect::lock, 0, wait, name, {}); }

void Effects::unlock(View name) { add(Effect::unlock, 0, false, name, {}); }

void Effects::fetch_later(View url, View body) { add(Effect::fetch_later, 0, false, url, body); }

void Effects::hint(Hint hint, View detail) {
  add(Effect::hint, static_cast<std::uint32_t>(hint), false, detail, {});
}

void Effects::report(View json) { add(Effect::report, 0, false, json, {}); }

void Effects::flushed(std::uint32_t token, View json) {
  add(Effect::flushed, token, false, json, {});
}

void Effects::page_facts(bool measure, bool restart) {
  add(Effect::page_facts, restart, measure, {}, {});
}

void Effects::watch(std::uint32_t what) { add(Effect::watch, what, false, {}, {}); }

void Effects::form_values(std::uint32_t id, View fields) {
  add(Effect::form_values, id, false, fields, {});
}

void Effects::form_check(std::uint32_t id, bool further) {
  add(Effect::form_check, id, further, {}, {});
}

void Effects::compose(View name, View event) { add(Effect::compose, 0, false, name, event); }

Effect Effects::take() {
  Effect first = std::move(all_[next_]);
  if (++next_ == all_.size()) {
    all_.clear();
    next_ = 0;
  }
  return first;
}

}  // namespace appizer
