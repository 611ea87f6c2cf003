// What a visitor, a browser and a server may do, in any order; afterwards everything heals. Always:
// no event is lost without a report or arrives twice, storage is bounded, asking ends, and a page
// with nothing to do sleeps (site.h).
#include <iterator>
#include <memory>

#include "fuzz/site.h"

namespace {

using namespace appizer;
using fuzz::Input;
using fuzz::Site;

constexpr std::string_view kOptions[] = {
    "",
    R"(,"confirmUnload":true)",
    R"(,"maxQueueEvents":5)",
    R"(,"autoEvents":true,"autoHook":true)",
    R"(,"autoEvents":{"sessionStart":true,"pageLeave":true},"debug":true)",
    R"(,"cookieless":true)",
    R"(,"persistence":"both","debug":true)",
    R"(,"maxQueueBytes":3000,"confirmUnload":true)",
};

constexpr std::string_view kProperties[] = {"", R"({"amount":29.99,"currency":"USD"})",
                                            R"({"$event_id":"mine","a":[1,{"b":null}]})", "[1]"};

constexpr double kTimes[] = {0, 1, 100, 800, 3'000, 30'000, 120'000, 1'800'000, 3'600'000};

constexpr int kStatuses[] = {200, 204, 500, 503, 429, 400, 413, 401, 403, 0, 302, 408, 404, 200};

constexpr std::string_view kBodies[] = {"", R"({"success":true})",
                                        R"({"error":"x","details":{"retry_after":7}})",
                                        R"({"details":{"retry_after":1e99}})", "<html>"};

class Game {
 public:
  explicit Game(Input& input) : input_(input) {
    const std::uint8_t which = input.byte() % std::size(kOptions);
    locks_ = input.below(4) != 0;
    site_ = std::make_unique<Site>(kOptions[which], locks_);
    if (which == 2) site_->most_events = 5;
    site_->only_memory = which == 5;
    site_->open();
  }

  void play() {
    for (int moves = 0; moves < 100 && !input_.empty(); ++moves) move();
    site_->heal();
  }

 private:
  void move() {
    Site& site = *site_;
    switch (input_.below(24)) {
      case 0:
      case 1:
      case 2: {
        const std::uint8_t how = input_.byte();
        const int count = how < 240 ? 1 + how % 4 : how - 235;
        for (int i = 0; i < count; ++i) {
          site.track(kProperties[how / 4 % std::size(kProperties)], how % 64 == 63 ? "shop" : "");
        }
        if (how % 16 != 15) site.settle();
        break;
      }
      case 3:
      case 4:
      case 5:
        site.pass(kTimes[input_.below(std::size(kTimes))]);
        break;
      case 6:
      case 7:
      case 8:
      case 9:
        if (!site.flights().empty()) {
          const std::uint8_t which = input_.byte();
          const double wait =
              which >= 224 ? kTimes[which % std::size(kTimes)] / 1000 : std::nan("");
          site.answer(which % 3 == 2 ? site.flights().size() - 1 : 0,
                      kStatuses[which % std::size(kStatuses)],
                      kBodies[input_.below(std::size(kBodies))], wait);
          site.settle();
        }
        break;
      case 10:
        site.connect(input_.byte() & 1);
        break;
      case 11:
        site.show(input_.byte() & 1);
        break;
      case 12:
        if (!site.gone()) site.leave((input_.byte() & 3) == 0);
        break;
      case 13:
        if (site.gone()) site.come_back();
        break;
      case 14:
      case 15:
        site.die();
        site.open();
        break;
      case 16:
        site.storage_fails = (input_.byte() & 1) != 0;
        break;
      case 17:
        harm();
        break;
      case 18:
      case 19:
        site.grant((input_.byte() & 7) != 0);
        break;
      case 20:
        site.flush();
        break;
      case 21:
        name();
        break;
      case 22:
        automatic();
        break;
      default:
        // A lease that ran out under its owner: it trusts storage more than its memory then.
        if (!locks_) site.excuse();
        site.page().shift(kTimes[input_.below(std::size(kTimes))] *
                          ((input_.byte() & 1) ? 40 : -40));
    }
  }

  void harm() {
    Site& site = *site_;
    site.excuse();
    if ((input_.byte() & 1) != 0) {
      site.storage.clear();
      site.page().host_event(APZ_STORAGE_CLEARED);
    } else if (!site.storage.empty()) {
      auto item = site.storage.begin();
      std::advance(item, static_cast<std::ptrdiff_t>(input_.below(static_cast<std::uint32_t>(
                             std::min<std::size_t>(site.storage.size(), 200)))));
      const std::string key = item->first;
      item->second = input_.text();
      const std::string copy = item->second;
      site.page().value(key, &copy);
    }
    site.settle();
  }

  void name() {
    Site& site = *site_;
    const double now = site.page().now();
    const double wall = site.page().wall();
    constexpr std::string_view kIds[] = {"\"user_1\"", "\"user_2\"", "42", "\"\"", "{}"};
    switch (input_.below(4)) {
      case 0: {
        const std::string_view id = kIds[input_.below(std::size(kIds))];
        fuzz::write({id});
        apz_set_user_id(fuzz::size(id), now, wall);
        break;
      }
      case 1: {
        const std::string_view properties = R"({"email":"jane@shop.example","plan":"a"})";
        fuzz::write({properties});
        apz_set_user_properties(fuzz::size(properties), now, wall);
        break;
      }
      case 2:
        fuzz::write({"0123456789abcdef"});
        apz_reset(now, wall);
        break;
      default: {
        const bool granted = (input_.byte() & 1) != 0;
        const std::string_view state = granted ? "\"granted\"" : "\"denied\"";
        fuzz::write({state, "0123456789abcdef"});
        apz_set_consent(fuzz::size(state), now, wall);
        if (!granted) site.excuse();
        site.forgotten = !granted;
      }
    }
    site.settle();
  }

  void automatic() {
    Site& site = *site_;
    const std::string url = "https://shop.example/" + std::to_string(input_.byte());
    fuzz::write({url});
    apz_navigation(fuzz::size(url), 0, site.page().now(), site.page().wall());
    site.settle();
  }

  Input& input_;
  bool locks_ = true;
  std::unique_ptr<Site> site_;
};

void play_operations(std::string_view bytes) {
  Input input(bytes);
  Game(input).play();
}

}  // namespace

APPIZER_FUZZER(operations)
