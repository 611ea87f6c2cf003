#include "delivery/orphans.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Texts = std::vector<std::string>;

struct Heir {
  Adoption adoption{""};
  Millis now = 0;

  /// The keys that are asked for, or "scan".
  Texts asked() {
    Texts out;
    while (!effects.empty()) {
      const Effect effect = effects.take();
      out.push_back(effect.kind == Effect::scan ? "scan " + effect.text : View(effect.text));
    }
    return out;
  }
  Texts due() { return texts(adoption.due(now, effects)); }
  void see(const Texts& keys, const std::string& own = "own") {
    std::string list;
    for (const std::string& key : keys) (list += key) += '\n';
    adoption.keys(list, own, now);
  }
  bool locked(const std::string& document, bool granted, bool room = true) {
    return adoption.locked(document, granted, room, effects);
  }
  bool value(const std::string& key) {
    Adoption::Found found;
    if (!adoption.value(key, found)) return false;
    CHECK(found.key == key);
    lane = found.lane;
    return true;
  }
  /// Both looks at these keys.
  Texts look_twice(const Texts& keys) {
    adoption.look(now);
    due();
    see(keys);
    now += Adoption::kSecondLook;
    return due();
  }

  char lane = 0;
  Effects effects;
};

}  // namespace

TEST_CASE("without an occasion nobody looks around", "[adoption]") {
  Heir heir;
  CHECK(heir.adoption.next_wake() == kNever);
  CHECK(heir.due().empty());
  CHECK(heir.asked().empty());
}

TEST_CASE("the earlier of two occasions counts", "[adoption]") {
  Heir heir;
  heir.adoption.look(1000);
  heir.adoption.look(5000);
  CHECK(heir.adoption.next_wake() == 1000);
  heir.now = 999;
  heir.due();
  CHECK(heir.asked().empty());
  heir.now = 1000;
  CHECK(heir.due().empty());
  CHECK(heir.asked() == Texts{"scan j."});
}

TEST_CASE("where nothing was left behind there is no second look", "[adoption]") {
  Heir heir;
  heir.adoption.look(0);
  heir.due();
  heir.see({});
  CHECK(heir.adoption.next_wake() == kNever);
  CHECK_FALSE(heir.adoption.left_some());
}

TEST_CASE("a document's lock is tried when its segments are still there a moment later",
          "[adoption]") {
  Heir heir;
  heir.adoption.look(0);
  heir.due();
  heir.see({"j.dead.e0", "j.other.p3"});
  CHECK(heir.adoption.next_wake() == Adoption::kSecondLook);
  CHECK(heir.due().empty());
  heir.now = Adoption::kSecondLook;
  CHECK(heir.due() == Texts{"dead", "other"});
  CHECK(heir.due().empty());
}

TEST_CASE("an heir reads what it saw, the last first, and lets go when all is delivered",
          "[adoption]") {
  Heir heir;
  CHECK(heir.look_twice({"j.dead.e9", "j.dead.p2", "j.dead.e10"}) == Texts{"dead"});
  heir.asked();
  CHECK_FALSE(heir.locked("dead", true));
  CHECK(heir.asked() == Texts{"j.dead.e10", "j.dead.e9", "j.dead.p2"});
  CHECK(heir.adoption.release().empty());
  CHECK(heir.value("j.dead.e10"));
  CHECK(heir.lane == 'e');
  CHECK(heir.value("j.dead.e9"));
  CHECK(heir.adoption.release().empty());
  CHECK(heir.value("j.dead.p2"));
  CHECK(heir.lane == 'p');
  CHECK_FALSE(heir.value("j.dead.p2"));
  CHECK(heir.adoption.release() == Texts{"dead"});
  CHECK(heir.adoption.release().empty());
}

TEST_CASE("a segment that came after the look has an owner", "[adoption]") {
  Heir heir;
  heir.look_twice({"j.dead.e0"});
  heir.locked("dead", true);
  CHECK_FALSE(heir.value("j.dead.e1"));
  CHECK_FALSE(heir.value("j.living.e0"));
}

TEST_CASE("nothing is read before the lock is had", "[adoption]") {
  Heir heir;
  heir.look_twice({"j.dead.e0"});
  CHECK_FALSE(heir.value("j.dead.e0"));
}

TEST_CASE("a document whose lock somebody has is left alone", "[adoption]") {
  Heir heir;
  heir.look_twice({"j.living.e0"});
  heir.asked();
  CHECK_FALSE(heir.locked("living", false));
  CHECK(heir.asked().empty());
  CHECK_FALSE(heir.value("j.living.e0"));
  CHECK_FALSE(heir.adoption.left_some());
}

TEST_CASE("without room the lock goes back, and there is reason to look again", "[adoption]") {
  Heir heir;
  heir.look_twice({"j.dead.e0"});
  heir.asked();
  CHECK(heir.locked("dead", true, false));
  CHECK(heir.asked().empty());
  CHECK(heir.adoption.left_some());
  CHECK(heir.look_twice({"j.dead.e0"}) == Texts{"dead"});
  CHECK_FALSE(heir.adoption.left_some());
}

TEST_CASE("a lock that was not asked for goes back", "[adoption]") {
  Heir heir;
  CHECK(heir.locked("stranger", true));
  CHECK_FALSE(heir.locked("stranger", false));
  heir.look_twice({"j.dead.e0"});
  heir.locked("dead", true);
  CHECK(heir.locked("dead", true));
}

TEST_CASE("keys that are no segments are not touched", "[adoption]") {
  const auto key = GENERATE(values<std::string>({
      "j.",
      "j.own.e0",
      "j.dead",
      "j.dead.",
      "j.dead.e",
      "j.dead.x0",
      "j.dead.e1x",
      "j.dead.e-1",
      "j.dead.e99999999999",
      "j.dead.e 1",
      "j..e0",
      "k.dead.e0",
      "dead.e0",
      "",
  }));
  CAPTURE(key);
  Heir heir;
  CHECK(heir.look_twice({key}).empty());
}

TEST_CASE("each look sees anew", "[adoption]") {
  Heir heir;
  heir.adoption.look(0);
  heir.due();
  heir.see({"j.dead.e0", "j.gone.e0"});
  heir.adoption.look(0);  // an occasion between the two looks
  heir.asked();
  CHECK(heir.due().empty());
  CHECK(heir.asked() == Texts{"scan j."});
  heir.see({"j.dead.e0"});
  heir.now = Adoption::kSecondLook;
  CHECK(heir.due() == Texts{"dead"});
  heir.locked("dead", true);
  CHECK(heir.asked() == Texts{"j.dead.e0"});
}

TEST_CASE("a document's own former segments are fetched at once, others after a second look",
          "[adoption]") {
  Heir heir;
  heir.adoption.reclaim("former");
  CHECK(heir.adoption.reclaiming());
  CHECK(heir.due().empty());
  CHECK(heir.asked() == Texts{"scan j."});
  heir.see({"j.dead.e0", "j.former.e0", "j.former.e1"});
  CHECK(heir.due() == Texts{"former"});
  heir.locked("former", true);
  CHECK(heir.adoption.reclaiming());
  CHECK(heir.value("j.former.e1"));
  CHECK(heir.adoption.reclaiming());
  CHECK(heir.value("j.former.e0"));
  CHECK_FALSE(heir.adoption.reclaiming());
  heir.now = Adoption::kSecondLook;
  CHECK(heir.due() == Texts{"dead"});
}

TEST_CASE("reclaiming ends when there is nothing to reclaim", "[adoption]") {
  Heir heir;
  heir.adoption.reclaim("former");
  heir.due();
  SECTION("no segments are left") { heir.see({"j.dead.e0"}); }
  SECTION("somebody inherited them") {
    heir.see({"j.former.e0"});
    heir.due();
    heir.locked("former", false);
  }
  SECTION("there is no room") {
    heir.see({"j.former.e0"});
    heir.due();
    heir.locked("former", true, false);
  }
  SECTION("the page goes away") {
    heir.adoption.forget();
    CHECK(heir.adoption.next_wake() == kNever);
  }
  CHECK_FALSE(heir.adoption.reclaiming());
}
