#include "delivery/orphans.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Texts = std::vector<std::string>;

struct Successor {
  Orphans orphans{""};
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
  Texts due() { return texts(orphans.take_due(now, effects)); }
  void see(const Texts& keys, const std::string& own = "own") {
    std::string list;
    for (const std::string& key : keys) (list += key) += '\n';
    orphans.handle_storage_keys(list, own, {now, now});
  }
  bool locked(const std::string& document, bool granted) {
    return orphans.handle_ownership(document, granted);
  }
  /// The keys that are asked for where the queue wants more.
  Texts read_next(bool more = true) {
    orphans.read_next(more, effects);
    return asked();
  }
  bool handle_storage_value(const std::string& key) {
    Orphans::Found found;
    if (!orphans.handle_storage_value(key, found)) return false;
    CHECK(found.key == key);
    lane = found.lane;
    return true;
  }
  /// Both looks at these keys.
  Texts look_twice(const Texts& keys) {
    orphans.scan_at(now);
    due();
    see(keys);
    now += Orphans::kConfirmAfter;
    return due();
  }

  char lane = 0;
  Effects effects;
};

}  // namespace

TEST_CASE("without a reason storage is not scanned", "[orphans]") {
  Successor successor;
  CHECK(successor.orphans.next_wake() == kNever);
  CHECK(successor.due().empty());
  CHECK(successor.asked().empty());
}

TEST_CASE("the earlier of two reasons sets the time of the scan", "[orphans]") {
  Successor successor;
  successor.orphans.scan_at(1000);
  successor.orphans.scan_at(5000);
  CHECK(successor.orphans.next_wake() == 1000);
  successor.now = 999;
  successor.due();
  CHECK(successor.asked().empty());
  successor.now = 1000;
  CHECK(successor.due().empty());
  CHECK(successor.asked() == Texts{"scan j."});
}

TEST_CASE("without orphaned segments there is no second scan", "[orphans]") {
  Successor successor;
  successor.orphans.scan_at(0);
  successor.due();
  successor.see({});
  CHECK(successor.orphans.next_wake() == kNever);
  CHECK_FALSE(successor.orphans.left_some());
}

TEST_CASE("a document's lock is tried when its segments are still there a moment later",
          "[orphans]") {
  Successor successor;
  successor.orphans.scan_at(0);
  successor.due();
  successor.see({"j.dead.e0", "j.other.p3"});
  CHECK(successor.orphans.next_wake() == Orphans::kConfirmAfter);
  CHECK(successor.due().empty());
  successor.now = Orphans::kConfirmAfter;
  CHECK(successor.due() == Texts{"dead", "other"});
  CHECK(successor.due().empty());
}

TEST_CASE("a successor reads what it saw, in order and as the queue wants it, then lets go",
          "[orphans]") {
  Successor successor;
  CHECK(successor.look_twice({"j.dead.e9", "j.dead.p2", "j.dead.e10"}) == Texts{"dead"});
  successor.asked();
  CHECK_FALSE(successor.locked("dead", true));
  CHECK(successor.asked().empty());
  CHECK(successor.read_next(false).empty());
  CHECK(successor.orphans.reading());
  CHECK(successor.read_next() == Texts{"j.dead.p2"});
  CHECK(successor.read_next().empty());  // its answer is on the way
  CHECK(successor.handle_storage_value("j.dead.p2"));
  CHECK(successor.lane == 'p');
  CHECK(successor.orphans.take_finished().empty());
  CHECK(successor.read_next() == Texts{"j.dead.e9"});
  CHECK(successor.handle_storage_value("j.dead.e9"));
  CHECK(successor.lane == 'e');
  CHECK(successor.read_next() == Texts{"j.dead.e10"});
  CHECK(successor.handle_storage_value("j.dead.e10"));
  CHECK_FALSE(successor.handle_storage_value("j.dead.e10"));
  CHECK_FALSE(successor.orphans.reading());
  CHECK(successor.orphans.take_finished() == Texts{"dead"});
  CHECK(successor.orphans.take_finished().empty());
}

TEST_CASE("a segment written after the scan has an owner", "[orphans]") {
  Successor successor;
  successor.look_twice({"j.dead.e0"});
  successor.locked("dead", true);
  CHECK_FALSE(successor.handle_storage_value("j.dead.e1"));
  CHECK_FALSE(successor.handle_storage_value("j.living.e0"));
}

TEST_CASE("no segment is read before the lock is granted", "[orphans]") {
  Successor successor;
  successor.look_twice({"j.dead.e0"});
  CHECK_FALSE(successor.handle_storage_value("j.dead.e0"));
}

TEST_CASE("the segments of a document whose lock is held are not touched", "[orphans]") {
  Successor successor;
  successor.look_twice({"j.living.e0"});
  successor.asked();
  CHECK_FALSE(successor.locked("living", false));
  CHECK(successor.asked().empty());
  CHECK_FALSE(successor.handle_storage_value("j.living.e0"));
  CHECK_FALSE(successor.orphans.left_some());
}

TEST_CASE("a few documents at a time are taken over, the others after another look", "[orphans]") {
  Successor successor;
  Texts keys;
  for (std::size_t i = 0; i < Orphans::kMost + 2; ++i) {
    keys.push_back("j.dead" + std::to_string(i) + ".e0");
  }
  CHECK(successor.look_twice(keys).size() == Orphans::kMost);
  CHECK(successor.orphans.left_some());
  for (std::size_t i = 0; i < Orphans::kMost; ++i) {
    successor.locked("dead" + std::to_string(i), true);
  }
  CHECK(successor.look_twice(keys) == Texts{"dead16", "dead17"});
  CHECK_FALSE(successor.orphans.left_some());
}

TEST_CASE("documents that have an owner are not tried again for the sake of the others",
          "[orphans]") {
  Successor successor;
  Texts keys;
  for (int i = 10; i < 45; ++i) keys.push_back("j.d" + std::to_string(i) + ".e0");
  std::size_t tried = 0;
  successor.orphans.scan_at(0);
  for (int look = 0; look < 10; ++look) {
    successor.due();
    for (const std::string& text : successor.asked()) {
      if (text == "scan j.") successor.see(keys);
    }
    successor.now += Orphans::kConfirmAfter;
    for (const std::string& document : successor.due()) {
      ++tried;
      successor.locked(document, false);
    }
    if (successor.orphans.left_some()) successor.orphans.scan_rest_at(successor.now);
  }
  CHECK(tried == keys.size());
  CHECK(successor.orphans.next_wake() == kNever);
  // A later reason to look is a reason to try them all.
  CHECK(successor.look_twice(keys).size() == Orphans::kMost);
}

TEST_CASE("a lock that was not requested is released", "[orphans]") {
  Successor successor;
  CHECK(successor.locked("stranger", true));
  CHECK_FALSE(successor.locked("stranger", false));
  successor.look_twice({"j.dead.e0"});
  CHECK_FALSE(successor.locked("dead", true));
  CHECK_FALSE(successor.locked("dead", true));  // it owns it
}

TEST_CASE("former segments are read where no lock is answered, and a late answer keeps the lock",
          "[orphans]") {
  Successor successor;
  successor.orphans.reclaim("former", Orphans::kReclaimPatience);
  successor.due();
  CHECK(successor.asked() == Texts{"scan j."});
  successor.see({"j.former.e0"});
  CHECK(successor.due() == Texts{"former"});
  CHECK(successor.read_next().empty());
  CHECK(successor.orphans.next_wake() == Orphans::kReclaimPatience);
  successor.now = Orphans::kReclaimPatience;
  successor.due();
  CHECK(successor.read_next() == Texts{"j.former.e0"});
  CHECK(successor.handle_storage_value("j.former.e0"));
  CHECK_FALSE(successor.orphans.reclaiming());
  CHECK(successor.orphans.next_wake() == kNever);
  CHECK_FALSE(successor.locked("former", true));
}

TEST_CASE("keys that are no segments are not touched", "[orphans]") {
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
  Successor successor;
  CHECK(successor.look_twice({key}).empty());
}

TEST_CASE("each scan forgets the scan before", "[orphans]") {
  Successor successor;
  successor.orphans.scan_at(0);
  successor.due();
  successor.see({"j.dead.e0", "j.gone.e0"});
  successor.orphans.scan_at(0);  // an occasion between the two looks
  successor.asked();
  CHECK(successor.due().empty());
  CHECK(successor.asked() == Texts{"scan j."});
  successor.see({"j.dead.e0"});
  successor.now = Orphans::kConfirmAfter;
  CHECK(successor.due() == Texts{"dead"});
  successor.locked("dead", true);
  CHECK(successor.read_next() == Texts{"j.dead.e0"});
}

TEST_CASE("a document's own former segments are read at once, others after a second scan",
          "[orphans]") {
  Successor successor;
  successor.orphans.reclaim("former", kNever);
  CHECK(successor.orphans.reclaiming());
  CHECK(successor.due().empty());
  CHECK(successor.asked() == Texts{"scan j."});
  successor.see({"j.dead.e0", "j.former.e0", "j.former.e1"});
  CHECK(successor.due() == Texts{"former"});
  successor.locked("former", true);
  CHECK(successor.orphans.reclaiming());
  CHECK(successor.read_next(false) == Texts{"j.former.e0", "j.former.e1"});
  CHECK(successor.handle_storage_value("j.former.e1"));
  CHECK(successor.orphans.reclaiming());
  CHECK(successor.handle_storage_value("j.former.e0"));
  CHECK_FALSE(successor.orphans.reclaiming());
  successor.now = Orphans::kConfirmAfter;
  CHECK(successor.due() == Texts{"dead"});
}

TEST_CASE("reclaiming ends when there is nothing to reclaim", "[orphans]") {
  Successor successor;
  successor.orphans.reclaim("former", kNever);
  successor.due();
  SECTION("no segments are left") { successor.see({"j.dead.e0"}); }
  SECTION("another document took them over") {
    successor.see({"j.former.e0"});
    successor.due();
    successor.locked("former", false);
  }
  SECTION("the page goes away") {
    successor.orphans.forget();
    CHECK(successor.orphans.next_wake() == kNever);
  }
  CHECK_FALSE(successor.orphans.reclaiming());
}
