#include "abi.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "abi/door.h"
#include "capture/forms.h"
#include "catch.hpp"
#include "core/text.h"
#include "delivery/orphans.h"
#include "effect.h"
#include "status.h"

using namespace appizer;
using namespace appizer::test;

namespace {

constexpr double kWall = 1763928000000;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// What the glue does: texts in, effects out.
struct Door {
  Door() { renew(); }

  double now = 1000;

  double wall() const { return kWall + now; }

  /// Writes texts one behind the other.
  void write(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += text;
    char* const to = apz_input(static_cast<std::uint32_t>(all.size()));
    if (!all.empty()) std::memcpy(to, all.data(), all.size());
  }

  static std::uint32_t size(const std::string& text) {
    return static_cast<std::uint32_t>(text.size());
  }

  std::int32_t start(const std::string& options = R"("appId":"demo")",
                     const std::string& facts = "") {
    const std::string config = R"({"options":{)" + options + R"(},"facts":{)" + facts + "}}";
    write({config, std::string(32, 'r')});
    return apz_start(size(config), now, wall());
  }

  std::int32_t track(const std::string& name, const std::string& properties = "",
                     const std::string& app = "") {
    write({name, properties, app});
    return apz_track(size(name), size(properties), size(app), wall(), now, wall());
  }

  void value(const std::string& key, const std::string* text) {
    write({key, text == nullptr ? "" : *text});
    apz_storage_value(size(key), text == nullptr ? -1 : static_cast<std::int32_t>(text->size()),
                      now, wall());
  }

  void answer(std::uint32_t id, std::int32_t status, const std::string& body = "",
              double retry_after = kNone) {
    write({body});
    apz_response(size(body), id, status, retry_after, kNone, kNone, now, wall());
  }

  struct Out {
    std::int32_t kind;
    bool flag;
    std::uint32_t number;
    std::string text;
    std::string more;
  };

  /// The next effect, as the glue takes it apart.
  Out poll() {
    const std::int32_t kind = apz_poll();
    const std::string all(apz_output(), apz_output_size());
    if (kind == Effect::none) {
      CHECK(all.empty());
      return {};
    }
    const std::size_t first = all.find('\0');
    const std::size_t second = all.find('\0', first + 1);
    REQUIRE(second != std::string::npos);
    REQUIRE((all[0] == '0' || all[0] == '1'));
    return {kind, all[0] == '1', static_cast<std::uint32_t>(std::stoul(all.substr(1, first - 1))),
            all.substr(first + 1, second - first - 1), all.substr(second + 1)};
  }

  /// Performs everything: nothing is stored, and locks are had.
  std::vector<Out> drain() {
    std::vector<Out> all;
    for (Out out = poll(); out.kind != Effect::none; out = poll()) {
      if (out.kind == Effect::read) value(out.text, nullptr);
      if (out.kind == Effect::scan) apz_storage_keys(0, now, wall());
      if (out.kind == Effect::page_facts) {
        write({"https://x.example/", "Title", ""});
        apz_page_facts(18, 5, 0, 0, -1, 1, now, wall());
      }
      all.push_back(std::move(out));
    }
    return all;
  }

  std::vector<Out> wait(double time) {
    now += time;
    apz_host_event(APZ_WAKE, now, wall());
    return drain();
  }
};

std::vector<Door::Out> of_kind(const std::vector<Door::Out>& all, Effect::Kind kind) {
  std::vector<Door::Out> some;
  for (const Door::Out& out : all) {
    if (out.kind == kind) some.push_back(out);
  }
  return some;
}

}  // namespace

TEST_CASE("the numbers of the ABI stay what they are", "[abi]") {
  CHECK(APZ_WAKE == 0);
  CHECK(APZ_ONLINE == 1);
  CHECK(APZ_OFFLINE == 2);
  CHECK(APZ_VISIBLE == 3);
  CHECK(APZ_HIDDEN == 4);
  CHECK(APZ_PAGEHIDE == 5);
  CHECK(APZ_HANDOVER == 6);
  CHECK(APZ_PAGESHOW == 7);
  CHECK(APZ_STORAGE_CLEARED == 8);
  CHECK(APZ_HANDOVER_UNSURE == 9);
  CHECK(APZ_REQUESTS_UNSURE == 10);
  CHECK(APZ_WAITS == -100);
  CHECK(Effect::request == 1);
  CHECK(Effect::flushed == 12);
  CHECK(code(Status::ok) == 0);
  CHECK(code(Status::options_unusable) == -7);
}

TEST_CASE("the input buffer grows as it is asked to, and keeps what it holds", "[abi]") {
  Door door;
  char* const small = apz_input(5);
  REQUIRE(small != nullptr);
  std::memcpy(small, "hello", 5);
  char* const large = apz_input(10 * 1000 * 1000);
  CHECK(std::string(large, 5) == "hello");
  large[10 * 1000 * 1000 - 1] = 'x';
  CHECK(apz_input(0) == large);
  CHECK(apz_input(100) == large);
}

TEST_CASE("an event goes through the door and out as a request", "[abi]") {
  Door door;
  CHECK(door.start() == 0);
  door.drain();
  // It begins a session.
  CHECK(door.track("plan_opened", R"({"plan":"pro"})", "other") == APZ_WAITS);
  const auto stores = of_kind(door.drain(), Effect::store);
  REQUIRE_FALSE(stores.empty());
  CHECK(contains(stores.back().more, "plan_opened"));
  CHECK(apz_next_wake() == 800);
  const auto requests = of_kind(door.wait(800), Effect::request);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].flag);
  CHECK(requests[0].text == "https://api.appizer.com/v1/events");
  const auto body = parsed(requests[0].more);
  CHECK(body["event_name"] == "plan_opened");
  CHECK(body["properties"]["plan"] == "pro");
  CHECK(body["app_id"] == "other");
  door.answer(requests[0].number, 200, R"({"success":true})");
  door.drain();
  door.wait(2000);
  door.wait(2000);
  CHECK(apz_next_wake() < 0);
}

TEST_CASE("statuses cross as their numbers", "[abi]") {
  Door door;
  CHECK(door.track("a") == code(Status::not_started));
  CHECK(door.start("") == code(Status::app_id_missing));
  door.write({"?", std::string(32, 'r')});
  CHECK(apz_start(1, 0, 0) == code(Status::options_unusable));
  CHECK(door.start() == 0);
  CHECK(door.start() == code(Status::already_started));
  door.drain();
  CHECK(door.track("") == code(Status::name_missing));
  CHECK(door.track("a", "[]") == code(Status::properties_unusable) + APZ_WAITS);
  door.drain();
  CHECK(door.track("a", "[]") == code(Status::properties_unusable));
  door.write({"\"null\""});
  CHECK(apz_set_user_id(6, 1, 1) == code(Status::user_id_unusable));
  CHECK(apz_set_user_id(0, 1, 1) == code(Status::user_id_unusable));
  door.write({"[]", std::string(16, 'r')});
  CHECK(apz_set_user_properties(2, 1, 1) == code(Status::user_properties_unusable));
  CHECK(apz_set_consent(2, 1, 1) == code(Status::consent_unusable));
}

TEST_CASE("commands reach the client", "[abi]") {
  Door door;
  door.start();
  door.drain();
  apz_user_id();
  const std::string anonymous(apz_output(), apz_output_size());
  CHECK(anonymous.size() == 36);
  apz_visit(door.now, door.wall());
  CHECK(apz_output_size() == 0);  // no session has begun

  door.write({"\"user_1\""});
  CHECK(apz_set_user_id(8, door.now, door.wall()) == 0);
  apz_user_id();
  CHECK(std::string(apz_output(), apz_output_size()) == "user_1");

  door.write({R"({"plan":"pro"})"});
  CHECK(apz_set_user_properties(14, door.now, door.wall()) == 0);
  CHECK(apz_flush(7, door.now, door.wall()) == 0);
  const auto requests = of_kind(door.drain(), Effect::request);
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].text == "https://api.appizer.com/v1/users");
  door.answer(requests[0].number, 500);
  const auto flushed = of_kind(door.drain(), Effect::flushed);
  REQUIRE(flushed.size() == 1);
  CHECK(flushed[0].number == 7);
  CHECK(flushed[0].text == R"({"delivered":0,"dropped":0,"pending":3})");

  door.write({std::string(16, 's')});
  CHECK(apz_reset(door.now, door.wall()) == 0);
  apz_user_id();
  // Its last 32 bits are a checksum.
  CHECK(std::string(apz_output(), apz_output_size()).starts_with("73737373-7373-4373-b373-7373"));

  door.write({"\"denied\"", std::string(16, 't')});
  CHECK(apz_set_consent(8, door.now, door.wall()) == 0);
  apz_user_id();
  CHECK(apz_output_size() == 0);
}

TEST_CASE("an absent value differs from an empty one, and a value may hold any bytes", "[abi]") {
  const std::string stored = GENERATE(values<std::string>({"user_7", "", std::string("a\0b", 3)}));
  const bool usable = stored == "user_7";
  Door door;
  door.start();
  for (Door::Out out = door.poll(); out.kind != Effect::none; out = door.poll()) {
    if (out.kind != Effect::read) continue;
    door.value(out.text, out.text == "appizer_user_id" ? &stored : nullptr);
  }
  apz_user_id();
  const std::string id(apz_output(), apz_output_size());
  CHECK((id == "user_7") == usable);
  CHECK(id.size() == (usable ? 6 : 36));
}

TEST_CASE("lock decisions, key lists and refused writes reach the client", "[abi]") {
  Door door;
  door.start(R"("appId":"demo","debug":true)", R"("locks":true)");
  door.drain();
  const auto scans = of_kind(door.wait(1000), Effect::scan);
  REQUIRE(scans.size() == 1);
  apz_host_event(APZ_VISIBLE, door.now, door.wall());
  door.now += 1000;
  apz_host_event(APZ_WAKE, door.now, door.wall());
  Door::Out out = door.poll();
  while (out.kind != Effect::scan) out = door.poll();
  const std::string key = scans[0].text + "dead.e0";
  door.write({key + "\nother\n"});
  apz_storage_keys(Door::size(key) + 7, door.now, door.wall());
  const auto locks = of_kind(door.wait(static_cast<double>(Orphans::kConfirmAfter)), Effect::lock);
  REQUIRE(locks.size() == 1);
  CHECK_FALSE(locks[0].flag);
  door.write({locks[0].text});
  apz_lock(Door::size(locks[0].text), 1, door.now, door.wall());
  const auto reads = of_kind(door.drain(), Effect::read);
  REQUIRE(reads.size() == 1);
  CHECK(reads[0].text == key);

  door.track("a");
  bool failing = false;
  for (out = door.poll(); out.kind != Effect::none; out = door.poll()) {
    if (out.kind == Effect::read) door.value(out.text, nullptr);
    if (out.kind == Effect::hint) {
      failing = failing || out.number == static_cast<std::uint32_t>(Hint::storage_failing);
    }
    if (out.kind != Effect::store) continue;
    door.write({out.text});
    apz_store_failed(Door::size(out.text), door.now, door.wall());
  }
  CHECK(failing);
}

TEST_CASE("what the server asks for crosses as a number, or as none", "[abi]") {
  const auto [retry_after, least] = GENERATE(table<double, double>({
      {kNone, 0},
      {40, 40000},
      {0.5, 500},
      {-1, 0},
      {std::numeric_limits<double>::infinity(), 55000},  // the lease is renewed before
  }));
  Door door;
  door.start();
  door.drain();
  door.track("a");
  door.drain();
  const auto requests = of_kind(door.wait(1000), Effect::request);
  REQUIRE(requests.size() == 1);
  door.answer(requests[0].number, 503, "", retry_after);
  door.drain();
  CHECK(apz_next_wake() >= least);
  CHECK(apz_next_wake() <= std::max(least + 5000, 2000.0));
}

TEST_CASE("every host event is accepted", "[abi]") {
  Door door;
  const bool started = GENERATE(false, true);
  if (started) door.start();
  for (std::int32_t event = APZ_WAKE; event <= APZ_REQUESTS_UNSURE; ++event) {
    apz_host_event(event, door.now, door.wall());
    door.drain();
  }
  CHECK(apz_next_wake() <= 1000);
}

TEST_CASE("page events reach the client", "[abi]") {
  Door door;
  door.start(
      R"("appId":"demo","autoEvents":{"outboundLinks":true,"downloads":true},"autoHook":true)");
  door.drain();
  door.wait(1000);
  door.write({"https://x.example/next"});
  apz_navigation(22, 0, door.now, door.wall());
  door.wait(1000);
  door.write({"https://other.example/file.zip", "file.zip"});
  apz_click(30, 8, 0, door.now, door.wall());
  apz_click(30, -1, 1, door.now, door.wall());
  door.write({std::string(100, '\0')});
  for (std::int32_t input = -1; input < 9; ++input) {
    apz_form(100, input, 1, kNone, door.now, door.wall());
    door.drain();
  }
  door.wait(10000);
  CHECK(apz_next_wake() < 60000);
}

TEST_CASE("times that are none do no harm", "[abi]") {
  const double time =
      GENERATE(values<double>({kNone, std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(), 1e300, -1e300, -1, 0.5}));
  Door door;
  door.write({R"({"options":{"appId":"demo"},"facts":{}})", std::string(32, 'r')});
  CHECK(apz_start(39, time, time) == 0);
  door.drain();
  door.write({"a"});
  CHECK(apz_track(1, 0, 0, time, time, time) == APZ_WAITS);
  apz_host_event(APZ_WAKE, time, time);
  door.drain();
  CHECK(apz_next_wake() >= 0);
}

TEST_CASE("an output has its flag, its number and two texts, whatever is in the last", "[abi]") {
  Door door;
  door.start(R"("appId":"demo","debug":true,"no\u0000such":1)");
  const Door::Out told = door.poll();
  CHECK(told.kind == Effect::hint);
  CHECK_FALSE(told.flag);
  CHECK(told.number == static_cast<std::uint32_t>(Hint::option_unknown));
  const std::string all(apz_output(), apz_output_size());
  CHECK(all == std::string("016\0no\0such\0", 12));
}
