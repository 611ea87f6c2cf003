// What a fuzzer needs of a page: the module's one client behind its ABI, and what must hold of
// everything that it asks for.
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include "abi/door.h"
#include "delivery/delivery.h"
#include "effect.h"
#include "fuzz/measure.h"
#include "fuzz/target.h"

namespace appizer::fuzz {

/// An effect, as the glue takes it apart.
struct Asked {
  Effect::Kind kind = Effect::none;
  bool flag = false;
  std::uint32_t number = 0;
  std::string text;
  std::string more;
};

/// Writes texts one behind the other into the input buffer. Further bytes up to `size` are zero.
inline void write(std::initializer_list<std::string_view> texts, std::uint32_t size = 0) {
  std::string all;
  for (const std::string_view text : texts) all += text;
  if (all.size() < size) all.resize(size);
  char* const to = apz_input(static_cast<std::uint32_t>(all.size()));
  if (!all.empty()) std::memcpy(to, all.data(), all.size());
}

inline std::uint32_t size(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

/// Whether to print what happens, to look for the cause of a failure.
inline bool tracing() {
  static const bool is = std::getenv("APPIZER_FUZZ_TRACE") != nullptr;
  return is;
}

inline void trace(const char* what, double number = 0) {
  if (tracing()) std::fprintf(stderr, "%s %.0f\n", what, number);
}

/// A document's client in any world: it knows what time it is.
class Page {
 public:
  static constexpr double kBegan = 1763928000000;

  /// Another document, with a client of its own.
  explicit Page(double now = 1000) : now_(now) { test::renew(); }

  double now() const { return now_; }
  double wall() const { return kBegan + now_ + shift_; }
  void pass(double millis) { now_ += millis; }
  void shift(double millis) { shift_ += millis; }

  /// `config` is {"options":{…},"facts":{…}}; `seed` makes the ids.
  std::int32_t start(std::string_view config, std::uint8_t seed) {
    std::string random(32, static_cast<char>(seed));
    random[1] = 'r';
    write({config, random});
    return apz_start(size(config), now_, wall());
  }
  std::int32_t track(std::string_view name, std::string_view properties,
                     std::string_view app = {}) {
    write({name, properties, app});
    return apz_track(size(name), size(properties), size(app), wall(), now_, wall());
  }
  void value(std::string_view key, const std::string* text) {
    write({key, text == nullptr ? std::string_view() : *text});
    apz_storage_value(size(key), text == nullptr ? -1 : static_cast<std::int32_t>(text->size()),
                      now_, wall());
  }
  void keys(std::string_view list) {
    write({list});
    apz_storage_keys(size(list), now_, wall());
  }
  void locked(std::string_view name, bool granted) {
    write({name});
    apz_lock(size(name), granted, now_, wall());
  }
  void store_failed(std::string_view key) {
    write({key});
    apz_store_failed(size(key), now_, wall());
  }
  void answered(std::uint32_t id, std::int32_t status, std::string_view body = {},
                double retry_after = std::numeric_limits<double>::quiet_NaN(),
                double reset = std::numeric_limits<double>::quiet_NaN()) {
    write({body});
    apz_response(size(body), id, status, retry_after, reset, std::nan(""), now_, wall());
  }
  void form(std::int32_t kind, std::uint32_t id, double detail, std::string_view text) {
    write({text});
    apz_form(size(text), kind, id, detail, now_, wall());
  }
  void page(std::string_view url, std::string_view title, std::string_view referrer,
            double scroll = -1) {
    write({url, title, referrer});
    apz_page_facts(size(url), size(title), size(referrer), 0, scroll, 1, now_, wall());
  }
  void host_event(ApzHostEvent event) { apz_host_event(event, now_, wall()); }

  /// The next effect; false when there is none. Checks what holds for every effect of that kind.
  static bool poll(Asked& asked) {
    asked = {};
    asked.kind = static_cast<Effect::Kind>(apz_poll());
    const std::string_view all(apz_output(), apz_output_size());
    if (asked.kind == Effect::none) {
      expect(all.empty(), "nothing has no fields", all);
      return false;
    }
    expect(asked.kind > 0 && asked.kind <= Effect::compose, "an effect is one of those known");
    const std::size_t first = all.find('\0');
    const std::size_t second = all.find('\0', first + 1);
    expect(second < all.size() && (all[0] == '0' || all[0] == '1'), "an effect has its fields",
           all);
    asked.flag = all[0] == '1';
    asked.number = static_cast<std::uint32_t>(
        std::strtoul(std::string(all.substr(1, first)).c_str(), nullptr, 10));
    asked.text = all.substr(first + 1, second - first - 1);
    asked.more = all.substr(second + 1);
    if (tracing()) {
      std::fprintf(stderr, "  asks %d%s %u %.200s | %.2000s\n", static_cast<int>(asked.kind),
                   asked.flag ? "!" : "", asked.number, asked.text.c_str(), asked.more.c_str());
    }
    check(asked);
    return true;
  }

  /// Milliseconds until the next wake, negative for never.
  static double next_wake() {
    const double wake = apz_next_wake();
    expect(wake == -1 || wake >= 0, "the next wake is a time or never");
    return wake;
  }

 private:
  static void check(const Asked& asked) {
    switch (asked.kind) {
      case Effect::request:
        check_body(asked.more);
        if (asked.flag) {
          expect(asked.more.size() <= Delivery::kKeepaliveBytes, "keepalive takes no more",
                 asked.text);
        }
        break;
      case Effect::fetch_later:
        if (!asked.more.empty()) check_body(asked.more);
        expect(asked.more.size() <= Delivery::kKeepaliveBytes, "the browser takes no more");
        break;
      case Effect::report:
      case Effect::flushed:
        expect(is_object(asked.text), "what the site is told is JSON", asked.text);
        break;
      case Effect::compose:
        expect(is_object(asked.more), "an event for the hooks is JSON", asked.more);
        break;
      case Effect::store:
        expect(!asked.text.empty(), "what is stored has a key");
        break;
      default:
        break;
    }
  }

  static void check_body(std::string_view body) {
    const auto value = test::parsed(body);
    if (value.is_discarded() && has_huge_number(body)) return;
    expect(value.is_object(), "a body is a JSON object", body);
    expect(value.contains("app_id"), "a body says whose it is", body);
    if (value.contains("events")) {
      expect(value["events"].is_array() && value["events"].size() <= Delivery::kBatch &&
                 value["events"].size() > 1,
             "a batch has so many events", body);
    }
  }

  double now_;
  double shift_ = 0;
};

}  // namespace appizer::fuzz
