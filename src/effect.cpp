#include "effect.h"

#include <utility>

namespace appizer {

void Effects::add(Effect::Kind kind, std::uint32_t number, bool flag, std::string text,
                  std::string more) {
  all_.push_back({kind, number, flag, std::move(text), std::move(more)});
}

void Effects::request(std::uint32_t id, std::string url, std::string body, bool keepalive) {
  add(Effect::request, id, keepalive, std::move(url), std::move(body));
}

void Effects::cancel(std::uint32_t id) { add(Effect::cancel, id, false, {}, {}); }

void Effects::store(std::string key, std::string value) {
  add(Effect::store, 0, false, std::move(key), std::move(value));
}

void Effects::erase(std::string key) { add(Effect::erase, 0, false, std::move(key), {}); }

void Effects::read(std::string key) { add(Effect::read, 0, false, std::move(key), {}); }

void Effects::scan(std::string prefix) { add(Effect::scan, 0, false, std::move(prefix), {}); }

void Effects::lock(std::string name, bool wait) { add(Effect::lock, 0, wait, std::move(name), {}); }

void Effects::unlock(std::string name) { add(Effect::unlock, 0, false, std::move(name), {}); }

void Effects::leave(std::string url, std::string body) {
  add(Effect::leave, 0, false, std::move(url), std::move(body));
}

void Effects::tell(Hint hint, std::string detail) {
  add(Effect::tell, static_cast<std::uint32_t>(hint), false, std::move(detail), {});
}

void Effects::report(std::string json) { add(Effect::report, 0, false, std::move(json), {}); }

void Effects::flushed(std::uint32_t token, std::string json) {
  add(Effect::flushed, token, false, std::move(json), {});
}

void Effects::look(bool scroll) { add(Effect::look, 0, scroll, {}, {}); }

void Effects::watch(std::uint32_t what) { add(Effect::watch, what, false, {}, {}); }

void Effects::form_values(std::uint32_t id, std::string fields) {
  add(Effect::form_values, id, false, std::move(fields), {});
}

void Effects::form_look(std::uint32_t id, bool further) {
  add(Effect::form_look, id, further, {}, {});
}

void Effects::compose(std::string name, std::string event) {
  add(Effect::compose, 0, false, std::move(name), std::move(event));
}

Effect Effects::take() {
  Effect first = std::move(all_[next_]);
  if (++next_ == all_.size()) {
    all_.clear();
    next_ = 0;
  }
  return first;
}

}  // namespace appizer
