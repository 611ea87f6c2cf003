#include "delivery/leases.h"

#include <map>
#include <optional>

#include "catch.hpp"

using namespace appizer;

namespace {

constexpr Millis kWall = 1763928000000;

/// A storage and the documents that share it.
struct Shelf {
  std::map<std::string, std::string> keys;
  Millis now = 0;
  Millis wall = kWall;

  Moment moment() const { return {now, wall}; }
  void pass(Millis time) {
    now += time;
    wall += time;
  }
};

struct Tab {
  explicit Tab(Shelf& shelf) : shelf_(shelf) {}

  Leases leases{""};
  std::map<std::string, bool> decisions;
  int writes = 0;

  void perform() {
    while (!effects_.empty()) {
      const Effect effect = effects_.take();
      if (effect.kind == Effect::store) {
        shelf_.keys[effect.text] = effect.more;
        ++writes;
      } else if (effect.kind == Effect::erase) {
        shelf_.keys.erase(effect.text);
      } else {
        REQUIRE(effect.kind == Effect::read);
        hear(effect.text);
      }
    }
  }
  void hear(const std::string& key) {
    const auto found = shelf_.keys.find(key);
    List<Leases::Decision> reached;
    CHECK(leases.handle_storage_value(
        key, found == shelf_.keys.end() ? View::none() : View(found->second), shelf_.moment(),
        effects_, reached));
    for (const auto& decision : reached) decisions[decision.document] = decision.granted;
  }
  void hold(const std::string& document) {
    leases.hold(document, shelf_.moment(), effects_);
    perform();
  }
  void claim(const std::string& document, std::uint32_t draw = 0) {
    leases.claim(document, draw, effects_);
    perform();
  }
  void advance() {
    leases.advance(shelf_.moment(), effects_);
    perform();
  }
  void release() {
    leases.release(effects_);
    perform();
  }

 private:
  Shelf& shelf_;
  Effects effects_;
};

}  // namespace

TEST_CASE("a lease stores the time until which its document is alive", "[leases]") {
  Shelf shelf;
  Tab tab(shelf);
  CHECK_FALSE(tab.leases.holds());
  tab.hold("d");
  CHECK(tab.leases.holds());
  CHECK(shelf.keys == std::map<std::string, std::string>{{"l.d", "1763928300000"}});
  tab.hold("d");
  CHECK(tab.writes == 1);
}

TEST_CASE("a lease is renewed every minute, while there is one", "[leases]") {
  Shelf shelf;
  Tab tab(shelf);
  CHECK(tab.leases.next_wake() == kNever);
  tab.hold("d");
  CHECK(tab.leases.next_wake() == kMinute);
  shelf.pass(kMinute - 1);
  tab.advance();
  CHECK(tab.writes == 1);
  shelf.pass(1);
  tab.advance();
  CHECK(shelf.keys["l.d"] == "1763928360000");
  CHECK(tab.leases.next_wake() == 2 * kMinute);
  tab.release();
  CHECK(shelf.keys.empty());
  CHECK(tab.leases.next_wake() == kNever);
}

TEST_CASE("a lease that may have run out is noticed, by either clock", "[leases]") {
  Shelf shelf;
  Tab tab(shelf);
  CHECK_FALSE(tab.leases.overslept(shelf.moment()));
  tab.hold("d");
  shelf.pass(Leases::kLength - 1);
  CHECK_FALSE(tab.leases.overslept(shelf.moment()));
  CHECK(tab.leases.overslept({shelf.now + 1, shelf.wall}));
  CHECK(tab.leases.overslept({shelf.now, shelf.wall + 1}));
}

TEST_CASE("no document takes over from one whose lease is valid", "[leases]") {
  Shelf shelf;
  Tab owner(shelf);
  Tab claimant(shelf);
  owner.hold("d");
  shelf.pass(Leases::kLength - 1);
  claimant.claim("d");
  CHECK(claimant.decisions == std::map<std::string, bool>{{"d", false}});
  CHECK(claimant.leases.next_wake() == kNever);
  CHECK(claimant.writes == 0);
}

TEST_CASE("a claimant takes over when its claim is still stored a moment later", "[leases]") {
  Shelf shelf;
  Tab owner(shelf);
  Tab claimant(shelf);
  owner.hold("d");
  const bool given_back = GENERATE(true, false);
  if (given_back) owner.release();
  shelf.pass(Leases::kLength);
  claimant.claim("d", 250);
  CHECK(claimant.decisions.empty());
  CHECK(shelf.keys["l.d"] == std::to_string(shelf.wall + Leases::kLength) + " 250");
  CHECK(claimant.leases.next_wake() == shelf.now + Leases::kClaim + 250);
  shelf.pass(Leases::kClaim + 249);
  claimant.advance();
  CHECK(claimant.decisions.empty());
  shelf.pass(1);
  claimant.advance();
  CHECK(claimant.decisions == std::map<std::string, bool>{{"d", true}});
  CHECK(claimant.leases.holds());
  // From now on it is the claimant's to renew, and to give back.
  shelf.pass(kMinute);
  claimant.advance();
  CHECK(shelf.keys["l.d"] == std::to_string(shelf.wall + Leases::kLength));
  claimant.release();
  CHECK(shelf.keys.empty());
}

TEST_CASE("an owner renews its lease when another document claims or removes it", "[leases]") {
  Shelf shelf;
  Tab owner(shelf);
  Tab claimant(shelf);
  owner.hold("d");
  shelf.keys.clear();
  if (GENERATE(true, false)) {
    owner.hear("l.d");
    owner.advance();
    CHECK(shelf.keys["l.d"] == "1763928300000");
  } else {
    claimant.claim("d");
    owner.hear("l.d");
    owner.advance();
    shelf.pass(2 * Leases::kClaim);
    claimant.advance();
    CHECK(claimant.decisions == std::map<std::string, bool>{{"d", false}});
  }
}

TEST_CASE("one of two simultaneous claimants takes over", "[leases]") {
  Shelf shelf;
  Tab one(shelf);
  Tab other(shelf);
  Effects nothing;
  // Both read before either writes.
  one.leases.claim("d", 100, nothing);
  other.leases.claim("d", 900, nothing);
  one.hear("l.d");
  other.hear("l.d");
  one.perform();
  other.perform();
  for (int i = 0; i < 3; ++i) {
    shelf.pass(Leases::kClaim);
    one.advance();
    other.advance();
  }
  CHECK(one.decisions == std::map<std::string, bool>{{"d", false}});
  CHECK(other.decisions == std::map<std::string, bool>{{"d", true}});
}

TEST_CASE("a pending claim keeps later claimants away", "[leases]") {
  Shelf shelf;
  Tab one(shelf);
  Tab late(shelf);
  one.claim("d");
  shelf.pass(10);
  late.claim("d");
  CHECK(late.decisions == std::map<std::string, bool>{{"d", false}});
}

TEST_CASE("writes of other documents during a claim are read later", "[leases]") {
  Shelf shelf;
  Tab claimant(shelf);
  claimant.claim("d");
  shelf.keys["l.d"] = "1";
  claimant.hear("l.d");
  CHECK(claimant.decisions.empty());
  shelf.pass(Leases::kClaim);
  claimant.advance();
  CHECK(claimant.decisions == std::map<std::string, bool>{{"d", false}});
}

TEST_CASE("a lease with an impossible time does not prevent a takeover", "[leases]") {
  const auto text = GENERATE(values<std::string>({
      "", "garbage", "-1",
      "1763928000000",         // now: it has just run out
      "1763928300001",         // further away than a lease reaches: the clock was set back
      "9223372036854775807",   // no time at all
      "99999999999999999999",  // not even a number
  }));
  CAPTURE(text);
  Shelf shelf;
  shelf.keys["l.d"] = text;
  Tab claimant(shelf);
  claimant.claim("d");
  CHECK(claimant.decisions.empty());
  shelf.pass(2 * Leases::kClaim);
  claimant.advance();
  CHECK(claimant.decisions == std::map<std::string, bool>{{"d", true}});
}

TEST_CASE("releasing leases does not end a claim, forgetting claims does", "[leases]") {
  Shelf shelf;
  Tab claimant(shelf);
  claimant.hold("own");
  claimant.claim("d");
  claimant.release();
  const bool forgotten = GENERATE(false, true);
  if (forgotten) claimant.leases.forget();
  shelf.pass(2 * Leases::kClaim);
  claimant.advance();
  CHECK(claimant.decisions.empty() == forgotten);
}

TEST_CASE("keys that are no leases are ignored", "[leases]") {
  Leases leases("");
  Effects effects;
  List<Leases::Decision> decisions;
  CHECK_FALSE(leases.handle_storage_value("j.d.e0", View::none(), {}, effects, decisions));
  CHECK(leases.handle_storage_value("l.d", View::none(), {}, effects, decisions));
  CHECK(effects.empty());
  CHECK(decisions.empty());
}
