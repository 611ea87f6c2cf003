// Every function of the ABI with any bytes, numbers and times, in any order. Only what the glue
// promises is kept: sizes are within the input, and host events are ones that exist.
#include "abi.h"

#include "fuzz/page.h"

namespace {

using namespace appizer;
using fuzz::expect;
using fuzz::Input;
using fuzz::Page;
using fuzz::size;
using fuzz::write;

/// Time goes on by steps of the input's choice; now and then it is any number at all.
struct Clock {
  double monotonic = 1000;
  double wall = Page::kBegan;

  void go(Input& input) {
    const std::uint8_t step = input.byte();
    if (step < 250) {
      monotonic += step * step;
      wall += step * step;
    } else if (step < 253) {
      wall = input.number<double>();
    } else {
      monotonic = input.number<double>();
    }
  }
};

// Texts that get past the first check more often than those made up of nothing.
std::string_view text(Input& input) {
  switch (input.below(8)) {
    case 0:
      return R"({"a":1,"b":"c","email":"jane@shop.example"})";
    case 1:
      return "event_name";
    case 2:
      return "https://shop.example/a?utm_source=x#/b";
    default:
      return input.text();
  }
}

// Names what is under the client's own prefix, as it was asked for.
struct Keys {
  std::string last_read;
  std::string last_lock;
  std::string prefix;
  std::uint32_t flight = 0;

  void hear(const fuzz::Asked& asked) {
    if (asked.kind == Effect::read) last_read = asked.text;
    if (asked.kind == Effect::lock) last_lock = asked.text;
    if (asked.kind == Effect::scan) prefix = asked.text;
    if (asked.kind == Effect::request) flight = asked.number;
  }
};

std::string key(Input& input, const Keys& keys) {
  constexpr std::string_view kEnds[] = {"j.you.e0", "j.you.p1", "w.e", "w.p", "s",
                                        "c",        "l.you",    "r",   "you", "j.me.e99999999999"};
  switch (input.below(4)) {
    case 0:
      return std::string(input.text());
    case 1:
      return keys.last_read;
    default:
      return keys.prefix + std::string(kEnds[input.below(std::size(kEnds))]);
  }
}

std::string config(Input& input) {
  constexpr std::string_view kOptions[] = {
      R"("autoEvents":true,"autoHook":true)",
      R"("autoEvents":{"sessionStart":true,"outboundLinks":true,"downloads":true},"debug":true)",
      R"("autoEvents":{"pageViews":{"query":true,"hash":true}},"autoHook":{"starts":true})",
      R"("consent":"pending","debug":true,"confirmUnload":true)",
      R"("rememberConsent":true,"autoEvents":true)",
      R"("cookieless":true,"redactParameters":["x"])",
      R"("persistence":"both","maxQueueEvents":3)",
      R"("maxQueueBytes":2000,"autoHook":true,"autoEvents":true)"};
  const std::uint8_t bits = input.byte();
  const auto flag = [&](int bit) { return (bits >> bit & 1) != 0 ? "true" : "false"; };
  if (bits == 255) return std::string(input.text());
  return std::string(R"({"options":{"appId":"demo",)") +
         std::string(kOptions[input.below(std::size(kOptions))]) +
         R"(},"facts":{"ua":"fuzz","online":)" + flag(0) + ",\"visible\":" + flag(1) +
         ",\"locks\":" + flag(2) + ",\"later\":" + flag(3) + ",\"hooks\":" + flag(4) +
         ",\"webdriver\":" + flag(5) + ",\"keepalive\":" + flag(6) + "}}";
}

void drain(Keys& keys) {
  fuzz::Asked asked;
  for (int i = 0; Page::poll(asked); ++i) {
    keys.hear(asked);
    expect(i < 100'000, "asking ends");
  }
  Page::next_wake();
}

void play_abi(std::string_view bytes) {
  Input input(bytes);
  test::renew();
  Clock clock;
  Keys keys;
  while (!input.empty()) {
    const std::uint32_t what = input.below(22);
    clock.go(input);
    const double now = clock.monotonic;
    const double wall = clock.wall;
    switch (what) {
      case 0: {
        const std::string all = config(input);
        write({all}, size(all) + 32);
        apz_start(size(all), now, wall);
        break;
      }
      case 1:
      case 2: {
        const auto name = text(input);
        const auto properties = text(input);
        const auto app = (input.byte() & 3) == 0 ? text(input) : std::string_view();
        write({name, properties, app});
        apz_track(size(name), size(properties), size(app), wall, now, wall);
        break;
      }
      case 3: {
        const auto id = text(input);
        write({id});
        apz_set_user_id(size(id), now, wall);
        break;
      }
      case 4: {
        const auto properties = text(input);
        write({properties});
        apz_set_user_properties(size(properties), now, wall);
        break;
      }
      case 5:
        write({}, 16);
        apz_reset(now, wall);
        break;
      case 6: {
        constexpr std::string_view kStates[] = {"\"granted\"", "\"denied\"", "\"pending\"", ""};
        const std::uint32_t which = input.below(std::size(kStates));
        const auto state = which == 3 ? text(input) : kStates[which];
        write({state}, size(state) + 16);
        apz_set_consent(size(state), now, wall);
        break;
      }
      case 7:
        apz_user_id();
        apz_flush(input.byte(), now, wall);
        break;
      case 8:
      case 9: {
        const std::string name = key(input, keys);
        const auto value = text(input);
        write({name, value});
        apz_storage_value(size(name),
                          (input.byte() & 3) == 0 ? -1 : static_cast<std::int32_t>(size(value)),
                          now, wall);
        break;
      }
      case 10: {
        const std::string list = key(input, keys) + "\n" + key(input, keys);
        write({list});
        apz_storage_keys(size(list), now, wall);
        break;
      }
      case 11: {
        const std::string name = (input.byte() & 1) != 0 ? keys.last_lock : key(input, keys);
        write({name});
        apz_lock(size(name), input.byte() & 1, now, wall);
        break;
      }
      case 12: {
        const std::string name = key(input, keys);
        write({name});
        apz_store_failed(size(name), now, wall);
        break;
      }
      case 13:
      case 14: {
        const auto body = text(input);
        const std::uint8_t which = input.byte();
        const std::int32_t status = which < 200 ? which * 4 : input.number<std::int32_t>();
        const std::uint32_t id = which % 8 == 7 ? input.number<std::uint32_t>() : keys.flight;
        const double retry_after = (which & 16) != 0 ? input.number<double>() : std::nan("");
        write({body});
        apz_response(size(body), id, status, retry_after, input.number<double>(),
                     input.number<double>(), now, wall);
        break;
      }
      case 15: {
        const auto url = text(input);
        write({url});
        apz_navigation(size(url), input.number<bool>(), now, wall);
        break;
      }
      case 16: {
        const auto url = text(input);
        const auto title = text(input);
        const auto referrer = text(input);
        write({url, title, referrer});
        apz_page_facts(size(url), size(title), size(referrer), 0, input.number<float>(),
                       input.number<bool>(), now, wall);
        break;
      }
      case 17: {
        const auto url = text(input);
        const auto download = text(input);
        const std::uint8_t bits = input.byte();
        write({url, download});
        apz_click(size(url), (bits & 1) != 0 ? -1 : static_cast<std::int32_t>(size(download)),
                  bits >> 1, now, wall);
        break;
      }
      case 18:
      case 19: {
        const std::uint8_t which = input.byte();
        const std::int32_t form_input = which < 240 ? which % 6 : input.number<std::int32_t>();
        const double detail = (which & 16) != 0 ? input.number<double>() : which >> 5;
        const auto about = text(input);
        write({about});
        apz_form(size(about), form_input, which % 3, detail, now, wall);
        break;
      }
      default:
        apz_host_event(static_cast<std::int32_t>(input.below(11)), now, wall);
    }
    // Commands of one task may share a draining.
    if (what < 1 || what > 7 || (input.byte() & 1) != 0) drain(keys);
  }
  drain(keys);
}

}  // namespace

APPIZER_FUZZER(abi)
