#include "delivery/journal.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "catch.hpp"
#include "core/text.h"
#include "delivery/event.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Names = std::vector<std::string>;

Record named(const std::string& name, std::size_t padding = 0) {
  Record record;
  record.text = "{\"event_name\":\"" + name + "\",\"properties\":{\"p\":\"" +
                std::string(padding, 'x') + "\"";
  return record;
}

Record person(Kind kind, const std::string& id) {
  Record record;
  record.kind = kind;
  record.text = "{\"user_id\":\"" + id + "\"";
  return record;
}

std::string name_of(const Record& record) {
  const std::string whole = record.text + (record.kind == Kind::event ? "}}" : "}");
  const auto value = parsed(whole);
  return value.contains("event_name") ? value["event_name"].get<std::string>()
                                      : value["user_id"].get<std::string>();
}

// A line with the checksum that belongs to it, whatever it says.
std::string checked(const std::string& rest) {
  std::uint32_t hash = 2166136261U;
  for (const char c : rest) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  char sum[9];
  std::snprintf(sum, sizeof sum, "%08x", hash);
  return sum + rest;
}

/// A journal of its own with a storage of its own.
struct Desk {
  explicit Desk(const std::string& document = "d") { journal.set_document(document); }

  Journal journal{"", 'e'};
  std::map<std::string, std::string> storage;
  std::size_t writes = 0;
  std::size_t last_write = 0;
  bool failing = false;
  Millis now = 0;

  void append(const std::string& name, std::size_t padding = 0) {
    journal.append(named(name, padding));
  }

  void settle() {
    Effects effects;
    for (journal.sync(effects, now); !effects.empty();) {
      while (!effects.empty()) {
        const Effect effect = effects.take();
        if (effect.kind == Effect::erase) {
          storage.erase(effect.text);
          continue;
        }
        REQUIRE(effect.kind == Effect::store);
        ++writes;
        last_write = effect.more.size();
        if (failing) {
          journal.handle_store_failed(effect.text, now);
        } else {
          storage[effect.text] = effect.more;
        }
      }
      journal.sync(effects, now);
    }
  }

  Names take(std::uint32_t flight, std::size_t most = 100, std::size_t bytes = 60000) {
    Names names;
    for (const Record* record : journal.take(flight, most, bytes, 0)) {
      names.push_back(name_of(*record));
    }
    return names;
  }

  /// Everything that waits, with the counts of what was lost before it: "name" or "name+2".
  Names waiting() {
    Names names;
    constexpr std::uint32_t kLook = 999;
    while (true) {
      const auto taken = journal.take(kLook, SIZE_MAX, SIZE_MAX, 0);
      if (taken.empty()) break;
      for (const Record* record : taken) {
        names.push_back(name_of(*record) +
                        (record->dropped > 0 ? "+" + std::to_string(record->dropped) : ""));
      }
    }
    journal.put_back(kLook);
    return names;
  }

  /// What another document would find: takes over each segment, in order.
  Names inherited() const {
    Desk heir("heir");
    std::vector<std::pair<std::uint32_t, std::string>> keys;
    for (const auto& [key, text] : storage) {
      keys.emplace_back(std::stoul(key.substr(key.find(".e") + 2)), key);
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& [number, key] : keys) heir.journal.take_over(key, storage.at(key));
    return heir.waiting();
  }

  void adopt(const std::string& key, const std::string& text) {
    storage[key] = text;
    unreadable += journal.take_over(key, text);
  }
  std::size_t unreadable = 0;
};

}  // namespace

// The format of stored records. What is in users' storage stays readable: change it only together
// with the prefix of the keys.

TEST_CASE("a record is stored as one line that begins with its checksum", "[journal]") {
  Record record;
  record.text = R"({"event_name":"plan_opened","user_id":"u1","properties":{"$event_id":"e1")";
  CHECK(to_line(record) ==
        R"(568598a9E {"event_name":"plan_opened","user_id":"u1","properties":{"$event_id":"e1")");
  record.dropped = 12;
  record.app = "other \"app\"";
  CHECK(to_line(record) ==
        R"(b8bc7b0aE12@"other\u0020\"app\"" {"event_name":"plan_opened","user_id":"u1",)"
        R"("properties":{"$event_id":"e1")");
  CHECK(to_line(person(Kind::user, "u1")) == R"(9688e428U {"user_id":"u1")");
  CHECK(to_line(person(Kind::alias, "u1")) == R"(0fd95adcA {"user_id":"u1")");
}

TEST_CASE("a stored line is read as the record that it was", "[journal]") {
  Record record = GENERATE(values<Record>({named("plan_opened"), named("two {words}", 5000),
                                           person(Kind::user, "u {1"), person(Kind::alias, "u")}));
  record.dropped = GENERATE(0U, 1U, 4294967295U);
  record.app = GENERATE(values<std::string>({"", "shop", "a \" {b", "\xE2\x82\xAC"}));
  Record read;
  REQUIRE(from_line(to_line(record), read));
  CHECK(read.kind == record.kind);
  CHECK(read.text == record.text);
  CHECK(read.app == record.app);
  CHECK(read.dropped == record.dropped);
}

TEST_CASE("a line that was damaged anywhere is not read", "[journal]") {
  Record record = named("plan_opened");
  record.dropped = 3;
  record.app = "shop";
  const std::string line = to_line(record);
  Record read;
  for (std::size_t i = 0; i < line.size(); ++i) {
    CAPTURE(i);
    std::string other = line;
    other[i] = static_cast<char>(other[i] ^ 1);
    CHECK_FALSE(from_line(other, read));
    CHECK_FALSE(from_line(line.substr(0, i), read));
    CHECK_FALSE(from_line(line.substr(0, i) + line.substr(i + 1), read));
    CHECK_FALSE(from_line(line.substr(0, i) + "x" + line.substr(i), read));
  }
}

TEST_CASE("a line that nobody here wrote is not read", "[journal]") {
  const auto rest = GENERATE(values<std::string>({
      "",
      " ",
      "E",
      "E ",
      "E{",
      "E []",
      "E null",
      "X {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "e {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E-1 {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E1x {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E@ {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E@shop {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E@7 {\"event_name\":\"a\",\"properties\":{\"b\":1",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":1}",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":1}}",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":1,",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":",
      "E {\"event_name\":\"a\",\"properties\":{\"b",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":\"1",
      "E {\"event_name\":\"a\",\"properties\":{\"b\":[1",
      "U {\"user_id\":\"a\"}",
      "U {\"user_id\":\"a",
      "U {\"user_id\":\"a\"},{\"user_id\":\"b\"",
  }));
  CAPTURE(rest);
  Record read;
  CHECK_FALSE(from_line(checked(rest), read));
  CHECK_FALSE(from_line(rest, read));
}

TEST_CASE("a line that would make no valid request is not read", "[journal]") {
  const auto rest = GENERATE(values<std::string>({
      "U {",
      "A { ",
      "E {\"properties\":{",
      "E {\"event_name\":\"a\",\"properties\":{",
  }));
  CAPTURE(rest);
  Record read;
  CHECK_FALSE(from_line(checked(rest), read));
}

TEST_CASE("records wait in order, in segments named after their document", "[journal]") {
  Desk desk("abc");
  desk.append("a");
  desk.append("b");
  desk.settle();
  REQUIRE(desk.storage.size() == 1);
  CHECK(desk.storage.count("j.abc.e0") == 1);
  CHECK(desk.storage["j.abc.e0"] == to_line(named("a")) + "\n" + to_line(named("b")) + "\n");
  CHECK(desk.waiting() == Names{"a", "b"});
  CHECK(desk.journal.size() == 2);
  CHECK(desk.journal.bytes() == 2 * named("a").text.size());
}

TEST_CASE("everything that happened since the last settling is one write", "[journal]") {
  Desk desk;
  for (int i = 0; i < 20; ++i) desk.append("e" + std::to_string(i));
  CHECK(desk.writes == 0);
  desk.settle();
  CHECK(desk.writes == 1);
  desk.settle();
  CHECK(desk.writes == 1);
}

TEST_CASE("a write does not grow with what is queued", "[journal]") {
  Desk desk;
  std::size_t largest = 0;
  for (int i = 0; i < 10000; ++i) {
    desk.append("event_" + std::to_string(i), 150);
    desk.settle();
    largest = std::max(largest, desk.last_write);
  }
  CHECK(desk.writes == 10000);
  CHECK(largest < Journal::kRewritten + 2 * 250);
  CHECK(desk.journal.size() == 10000);
}

TEST_CASE("segments are bounded, also where much is written at once", "[journal]") {
  Desk desk;
  for (int i = 0; i < 10000; ++i) desk.append("event_" + std::to_string(i), 150);
  desk.settle();
  std::size_t total = 0;
  for (const auto& [key, text] : desk.storage) {
    CHECK(text.size() < Journal::kSegment * 5 / 4);
    total += text.size();
  }
  CHECK(total / desk.storage.size() > Journal::kSegment / 2);
  CHECK(desk.inherited().size() == 10000);
}

TEST_CASE("a record larger than a segment has one to itself", "[journal]") {
  Desk desk;
  desk.append("small");
  desk.append("large", 200000);
  desk.append("other");
  desk.settle();
  CHECK(desk.storage.size() == 3);
  CHECK(desk.inherited() == Names{"small", "large", "other"});
}

TEST_CASE("a flight takes what fits, in order, from the first that waits", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c", "d", "e"}) desk.append(name, 100);
  const std::size_t each = named("a", 100).text.size();
  CHECK(desk.take(1, 2) == Names{"a", "b"});
  CHECK(desk.take(2, 100, 2 * each) == Names{"c", "d"});
  CHECK(desk.journal.waiting() == 1);
  CHECK(desk.take(3, 100, 1) == Names{"e"});  // never nothing
  CHECK(desk.take(4).empty());
  CHECK(desk.journal.size() == 5);
  CHECK(desk.journal.waiting() == 0);
}

TEST_CASE("a flight holds records of one app, and only events travel together", "[journal]") {
  Desk desk;
  Record other = named("c");
  other.app = "other";
  desk.append("a");
  desk.append("b");
  desk.journal.append(std::move(other));
  desk.journal.append(person(Kind::user, "u1"));
  desk.journal.append(person(Kind::user, "u2"));
  desk.journal.append(person(Kind::alias, "u2"));
  CHECK(desk.take(1) == Names{"a", "b"});
  CHECK(desk.take(2) == Names{"c"});
  CHECK(desk.take(3) == Names{"u1"});
  CHECK(desk.take(4) == Names{"u2"});
  CHECK(desk.take(5) == Names{"u2"});
}

TEST_CASE("what was acknowledged is gone, from storage too", "[journal]") {
  Desk desk;
  desk.append("a");
  desk.append("b");
  desk.settle();
  desk.take(1, 1);
  CHECK(desk.journal.acknowledge(1) == 1);
  desk.settle();
  CHECK(desk.inherited() == Names{"b"});
  desk.take(2);
  CHECK(desk.journal.acknowledge(2) == 1);
  desk.settle();
  CHECK(desk.storage.empty());
  CHECK(desk.journal.size() == 0);
  CHECK(desk.journal.bytes() == 0);
  CHECK_FALSE(desk.journal.holds_storage());
}

TEST_CASE("a flight that nobody knows changes nothing", "[journal]") {
  Desk desk;
  desk.append("a");
  CHECK(desk.journal.acknowledge(7) == 0);
  CHECK(desk.journal.put_back(7) == 0);
  CHECK(desk.journal.give_up(7).empty());
  desk.journal.hand_over(7);
  desk.settle();
  CHECK(desk.waiting() == Names{"a"});
}

TEST_CASE("what was put back waits in its old place, and was in storage all the time",
          "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.append(name);
  desk.take(1, 2);
  desk.settle();
  CHECK(desk.inherited() == Names{"a", "b", "c"});
  CHECK(desk.journal.put_back(1) == 2);
  desk.settle();
  CHECK(desk.writes == 1);
  CHECK(desk.waiting() == Names{"a", "b", "c"});
}

TEST_CASE("flights side by side are answered in any order", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) desk.append(name);
  desk.take(1, 2);
  desk.take(2, 2);
  desk.take(3, 2);
  desk.journal.put_back(1);
  desk.journal.acknowledge(2);
  CHECK(desk.waiting() == Names{"a", "b"});
  // What waits before a flight travels alone: behind it order would be lost.
  CHECK(desk.take(4) == Names{"a", "b"});
  desk.journal.put_back(4);
  desk.journal.put_back(3);
  desk.settle();
  CHECK(desk.waiting() == Names{"a", "b", "e", "f"});
  CHECK(desk.inherited() == Names{"a", "b", "e", "f"});
}

TEST_CASE("a flight goes over segments that are about to be removed", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.append(name, Journal::kSegment);
  desk.take(1, 1);
  desk.take(2, 1);
  desk.journal.put_back(1);
  desk.journal.acknowledge(2);
  CHECK(desk.take(3) == Names{"a", "c"});
  SECTION("acknowledged") {
    CHECK(desk.journal.acknowledge(3) == 2);
    CHECK(desk.journal.size() == 0);
  }
  SECTION("put back") {
    CHECK(desk.journal.put_back(3) == 2);
    CHECK(desk.waiting() == Names{"a", "c"});
  }
}

TEST_CASE("what was given up is returned, and counted with the next that waits", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c", "d"}) desk.append(name);
  desk.take(1, 1);
  CHECK(name_of(desk.journal.give_up(1)[0]) == "a");
  desk.settle();
  CHECK(desk.inherited() == Names{"b+1", "c", "d"});
  desk.take(2, 2);
  CHECK(desk.journal.give_up(2).size() == 2);
  CHECK(desk.waiting() == Names{"d+3"});
}

TEST_CASE("a count waits for a next record where there is none", "[journal]") {
  Desk desk;
  desk.append("a");
  desk.take(1);
  desk.journal.give_up(1);
  desk.append("b");
  desk.append("c");
  CHECK(desk.waiting() == Names{"b+1", "c"});
}

TEST_CASE("a count is not added to a record that is on its way without it", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.append(name);
  desk.take(1, 1);
  desk.take(2, 1);
  desk.journal.give_up(1);
  CHECK(desk.waiting() == Names{"c+1"});
}

TEST_CASE("what was handed over is in storage no more, but can still come back", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c"}) desk.append(name);
  desk.settle();
  desk.take(1, 2);
  desk.journal.hand_over(1);
  desk.settle();
  CHECK(desk.inherited() == Names{"c"});

  SECTION("acknowledged") {
    CHECK(desk.journal.acknowledge(1) == 2);
    desk.settle();
    CHECK(desk.inherited() == Names{"c"});
  }
  SECTION("put back") {
    CHECK(desk.journal.put_back(1) == 2);
    desk.settle();
    CHECK(desk.waiting() == Names{"a", "b", "c"});
    CHECK(desk.inherited() == Names{"a", "b", "c"});
  }
  SECTION("given up") {
    CHECK(desk.journal.give_up(1).size() == 2);
    desk.settle();
    CHECK(desk.inherited() == Names{"c+2"});
  }
}

TEST_CASE("a segment that is handed over whole leaves no key behind", "[journal]") {
  Desk desk;
  desk.append("a");
  desk.settle();
  desk.take(1);
  desk.journal.hand_over(1);
  desk.settle();
  CHECK(desk.storage.empty());
  CHECK_FALSE(desk.journal.has_up_to(desk.journal.last_number()));
  desk.journal.put_back(1);
  desk.settle();
  CHECK(desk.inherited() == Names{"a"});
  CHECK(desk.journal.has_up_to(desk.journal.last_number()));
}

TEST_CASE("the oldest that waits is evicted, and counted with the next", "[journal]") {
  Desk desk;
  for (const char* name : {"a", "b", "c", "d"}) desk.append(name);
  desk.take(1, 1);
  Record evicted;
  REQUIRE(desk.journal.evict(evicted));
  CHECK(name_of(evicted) == "b");
  REQUIRE(desk.journal.evict(evicted));
  CHECK(name_of(evicted) == "c");
  desk.settle();
  CHECK(desk.inherited() == Names{"a", "d+2"});
  CHECK(desk.journal.size() == 2);
  REQUIRE(desk.journal.evict(evicted));
  CHECK(evicted.dropped == 2);
  CHECK_FALSE(desk.journal.evict(evicted));  // what is on its way stays
  desk.append("e");
  CHECK(desk.waiting() == Names{"e+3"});
}

TEST_CASE("orphaned records come before those of this document", "[journal]") {
  Desk dead("dead");
  dead.append("old_a");
  dead.append("old_b");
  dead.settle();
  Desk desk;
  desk.append("new_a", Journal::kSegment);
  desk.append("new_b");
  SECTION("all of them") {
    desk.adopt("j.dead.e0", dead.storage["j.dead.e0"]);
    CHECK(desk.waiting() == Names{"old_a", "old_b", "new_a", "new_b"});
  }
  SECTION("but behind what is on its way") {
    desk.take(1, 1);
    desk.adopt("j.dead.e0", dead.storage["j.dead.e0"]);
    CHECK(desk.waiting() == Names{"old_a", "old_b", "new_b"});
    desk.journal.put_back(1);
    CHECK(desk.waiting() == Names{"new_a", "old_a", "old_b", "new_b"});
  }
  desk.settle();
  CHECK(desk.writes == 2);  // what was taken over stays under its key
  desk.take(2);
  desk.journal.acknowledge(2);
  desk.settle();
  CHECK(desk.storage.empty());
}

TEST_CASE("several orphaned segments are taken over in order, the last first", "[journal]") {
  Desk dead("dead");
  for (int i = 0; i < 30; ++i) dead.append("e" + std::to_string(i), 3000);
  dead.settle();
  CHECK(dead.storage.size() > 3);
  Names expected;
  for (int i = 0; i < 30; ++i) expected.push_back("e" + std::to_string(i));
  CHECK(dead.inherited() == expected);
}

TEST_CASE("new records never go into a segment that was taken over", "[journal]") {
  Desk desk;
  desk.adopt("j.dead.e0", to_line(named("old")) + "\n");
  desk.append("new");
  desk.settle();
  CHECK(desk.storage.size() == 2);
  CHECK(desk.storage["j.d.e0"] == to_line(named("new")) + "\n");
}

TEST_CASE("what cannot be read is set aside and counted", "[journal]") {
  const std::string a = to_line(named("a")) + "\n";
  const std::string b = to_line(named("b")) + "\n";
  Desk desk;
  SECTION("before, between and behind what can") {
    desk.adopt("j.dead.e0", "garbage\n" + a + "\n" + "more garbage\n" + b + a.substr(0, 20));
    CHECK(desk.unreadable == 4);
    desk.append("c");
    CHECK(desk.waiting() == Names{"a+1", "b+2", "c+1"});
    desk.settle();
    CHECK(desk.storage["j.dead.e0"].find("garbage") == std::string::npos);
    CHECK(desk.inherited().size() == 3);
  }
  SECTION("alone") {
    desk.adopt("j.dead.e0", "{\"not\":\"ours\"}");
    CHECK(desk.unreadable == 1);
    desk.append("c");
    CHECK(desk.waiting() == Names{"c+1"});
    desk.settle();
    CHECK(desk.storage.count("j.dead.e0") == 0);
  }
  SECTION("alone, and counted at once where something waits") {
    desk.append("c");
    desk.adopt("j.dead.e0", "garbage");
    CHECK(desk.waiting() == Names{"c+1"});
  }
  SECTION("nothing at all") {
    desk.adopt("j.dead.e0", "");
    CHECK(desk.unreadable == 0);
    desk.settle();
    CHECK(desk.storage.empty());
  }
  SECTION("a stored count goes on counting") {
    Record counted = named("a");
    counted.dropped = 5;
    desk.adopt("j.dead.e0", "garbage\n" + to_line(counted) + "\n");
    CHECK(desk.waiting() == Names{"a+6"});
  }
}

TEST_CASE("a text without a line feed at its end is whole all the same", "[journal]") {
  Desk desk;
  desk.adopt("j.dead.e0", to_line(named("a")));
  CHECK(desk.unreadable == 0);
  CHECK(desk.waiting() == Names{"a"});
}

TEST_CASE("while storage fails records wait in memory, and it is tried now and then", "[journal]") {
  Desk desk;
  desk.failing = true;
  for (int i = 0; i < 100; ++i) {
    desk.append("e" + std::to_string(i), 1000);
    desk.settle();
    desk.now += 10;
  }
  CHECK(desk.writes == 1);
  CHECK(desk.journal.storage_failing());
  CHECK(desk.journal.size() == 100);

  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK(desk.writes == 2);  // one is enough to know

  desk.failing = false;
  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK_FALSE(desk.journal.storage_failing());
  CHECK(desk.inherited().size() == 100);
  CHECK(desk.inherited() == desk.waiting());
}

TEST_CASE("storage that took the only write that was left is known to work", "[journal]") {
  Desk desk;
  desk.failing = true;
  desk.append("a");
  desk.settle();
  desk.failing = false;
  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK_FALSE(desk.journal.storage_failing());
}

TEST_CASE("storage that was full is tried again as soon as something was removed", "[journal]") {
  Desk desk;
  desk.append("a", Journal::kSegment);
  desk.settle();
  desk.failing = true;
  desk.append("b");
  desk.settle();
  CHECK(desk.journal.storage_failing());
  desk.failing = false;
  desk.take(1, 1);
  desk.journal.acknowledge(1);
  desk.settle();
  CHECK_FALSE(desk.journal.storage_failing());
  CHECK(desk.inherited() == Names{"b"});
}

TEST_CASE("storage that refuses is tried once more where there may be room, then after a pause",
          "[journal]") {
  Desk desk;  // at time 0
  desk.failing = true;
  Effects effects;
  desk.append("a");
  desk.journal.sync(effects, desk.now);
  desk.journal.retry_storage();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(!effects.empty());
    desk.journal.handle_store_failed(effects.take().text, desk.now);
    desk.journal.sync(effects, desk.now);
  }
  CHECK(effects.empty());
  CHECK(desk.journal.next_wake() == Journal::kStoragePause);
}

TEST_CASE("nothing is appended to a large segment whose last write was refused", "[journal]") {
  Desk desk;
  desk.append("large", 2 * Journal::kRewritten);
  desk.settle();
  desk.failing = true;
  desk.journal.rename("p", std::string(2 * Journal::kRewritten, 'x'), "renamed");
  desk.settle();
  desk.append("small");
  desk.failing = false;
  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK(desk.storage.size() == 2);
  CHECK(desk.inherited() == Names{"large", "small"});
}

TEST_CASE("when storage was emptied everything is written again", "[journal]") {
  Desk desk;
  for (int i = 0; i < 50; ++i) desk.append("e" + std::to_string(i), 1000);
  desk.settle();
  const auto before = desk.storage;
  desk.storage.clear();
  desk.journal.handle_storage_cleared();
  desk.settle();
  CHECK(desk.storage == before);
}

TEST_CASE("a page restored from the cache keeps in memory only what storage does not have",
          "[journal]") {
  Desk desk("before");
  desk.append("stored");
  desk.settle();
  desk.take(1);
  SECTION("what was handed over") {
    desk.journal.hand_over(1);
    desk.settle();
    desk.journal.set_document("after");
    desk.journal.forget_stored();
    desk.settle();
    CHECK(desk.storage.empty());
    CHECK(desk.journal.size() == 1);
    desk.journal.put_back(1);
    desk.settle();
    CHECK(desk.storage.count("j.after.e1") == 1);
    CHECK(desk.waiting() == Names{"stored"});
  }
  SECTION("what was tracked a moment ago") {
    desk.journal.put_back(1);
    desk.append("new");
    desk.journal.set_document("after");
    desk.journal.forget_stored();
    CHECK(desk.waiting() == Names{"new"});
    desk.settle();
    CHECK(desk.storage["j.after.e1"] == to_line(named("new")) + "\n");
    CHECK(desk.storage["j.before.e0"] == to_line(named("stored")) + "\n");
  }
  SECTION("what storage refused") {
    desk.failing = true;
    desk.journal.put_back(1);
    desk.append("refused");
    desk.settle();
    desk.journal.set_document("after");
    desk.journal.forget_stored();
    CHECK(desk.waiting() == Names{"refused"});
    CHECK(desk.inherited() == Names{"stored"});
  }
  SECTION("what a record was given since storage took it") {
    desk.journal.put_back(1);
    desk.journal.amend(named("more").text);
    desk.journal.set_document("after");
    desk.journal.forget_stored();
    CHECK(desk.waiting() == Names{"more"});
    CHECK(desk.inherited() == Names{"stored"});
  }
  SECTION("what storage took at the second attempt is there") {
    desk.failing = true;
    desk.journal.put_back(1);
    desk.append("late");
    desk.settle();
    desk.failing = false;
    desk.now += Journal::kStoragePause;
    desk.settle();
    desk.journal.forget_stored();
    CHECK(desk.waiting().empty());
    CHECK(desk.inherited() == Names{"stored", "late"});
  }
}

TEST_CASE("what storage refused keeps its place before what it took later", "[journal]") {
  Desk desk("d");
  desk.append("refused", Journal::kSegment);
  desk.append("taken");
  for (int attempt = 0; attempt < 3; ++attempt) {
    Effects effects;
    for (desk.journal.sync(effects, desk.now); !effects.empty();
         desk.journal.sync(effects, desk.now)) {
      const Effect effect = effects.take();
      if (effect.text == "j.d.e0") {
        desk.journal.handle_store_failed(effect.text, desk.now);
      } else {
        desk.storage[effect.text] = effect.more;
      }
    }
    desk.now += Journal::kStoragePause;
  }
  REQUIRE(desk.storage.size() == 1);
  REQUIRE(desk.inherited() == Names{"taken"});
  desk.journal.forget_stored();
  CHECK(desk.waiting() == Names{"refused"});
  desk.settle();
  CHECK(desk.inherited() == Names{"refused", "taken"});
}

TEST_CASE("a page without storage is restored from the cache with everything", "[journal]") {
  Desk desk("before");
  desk.failing = true;
  desk.append("a");
  desk.append("b");
  desk.settle();
  desk.journal.set_document("after");
  desk.journal.forget_stored();
  CHECK(desk.waiting() == Names{"a", "b"});
  CHECK(desk.journal.size() == 2);
}

TEST_CASE("a provisional record that storage refused is written once storage works", "[journal]") {
  Desk desk;
  desk.failing = true;
  desk.journal.set_provisional(named("end").text);
  desk.settle();
  desk.settle();
  CHECK(desk.writes == 1);
  CHECK(desk.journal.next_wake() == Journal::kStoragePause);
  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK(desk.writes == 2);
  CHECK(desk.journal.next_wake() == 2 * Journal::kStoragePause);
  desk.failing = false;
  desk.now += Journal::kStoragePause;
  desk.settle();
  CHECK(desk.writes == 3);
  CHECK(desk.inherited() == Names{"end"});
  CHECK(desk.journal.next_wake() == kNever);
  CHECK_FALSE(desk.journal.storage_failing());
  // Another text is not made to wait.
  desk.failing = true;
  desk.journal.set_provisional(named("later").text);
  desk.settle();
  desk.failing = false;
  desk.journal.set_provisional(named("last").text);
  desk.settle();
  CHECK(desk.inherited() == Names{"last"});
}

TEST_CASE("the first that waits is known by its number", "[journal]") {
  Desk desk;
  CHECK(desk.journal.first_waiting() == 0);
  desk.append("a");
  desk.append("b");
  CHECK(desk.journal.first_waiting() == 1);
  desk.take(1, 1);
  CHECK(desk.journal.first_waiting() == 2);
  CHECK(desk.journal.last_number() == 2);
  CHECK(desk.journal.has_up_to(1));
  desk.journal.acknowledge(1);
  CHECK_FALSE(desk.journal.has_up_to(1));
}

// Against a model: a list of names, each waiting or in a flight.
TEST_CASE("whatever is done, order holds, all is counted and storage agrees", "[journal]") {
  const auto seed = GENERATE(range(1U, 150U));
  CAPTURE(seed);
  std::uint32_t state = seed;
  const auto draw = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  struct Entry {
    std::string name;
    std::uint32_t flight;
    bool handed_over;
  };
  std::vector<Entry> model;
  std::map<std::uint32_t, std::uint64_t> open;  // the counts that each flight carries
  std::uint64_t lost = 0;
  std::uint64_t told = 0;
  std::uint32_t last_flight = 0;
  int appended = 0;
  Desk desk;
  const auto first_waiting = [&] {
    return std::find_if(model.begin(), model.end(), [](const Entry& e) { return e.flight == 0; });
  };
  const auto append = [&] {
    const std::string name = "e" + std::to_string(++appended);
    desk.append(name, draw(3) == 0 ? draw(9000) : draw(300));
    model.push_back({name, 0, false});
  };

  for (int step = 0; step < 200; ++step) {
    const std::uint32_t what = draw(10);
    const std::uint32_t flight =
        open.empty() ? 0 : std::next(open.begin(), draw(unsigned(open.size())))->first;
    if (what < 3) {
      append();
    } else if (what == 3) {
      auto entry = first_waiting();
      const auto taken = desk.journal.take(++last_flight, 1 + draw(5), draw(20000), draw(200));
      REQUIRE(taken.empty() == (entry == model.end()));
      for (const Record* record : taken) {
        REQUIRE(entry->name == name_of(*record));
        REQUIRE(entry->flight == 0);
        (entry++)->flight = last_flight;
        open[last_flight] += record->dropped;
      }
    } else if (what == 4 && flight != 0) {
      const auto gone = std::erase_if(model, [&](const Entry& e) { return e.flight == flight; });
      REQUIRE(desk.journal.acknowledge(flight) == gone);
      told += open[flight];
      open.erase(flight);
    } else if (what == 5 && flight != 0) {
      desk.journal.put_back(flight);
      for (Entry& entry : model) {
        if (entry.flight == flight) entry = {entry.name, 0, false};
      }
      open.erase(flight);
    } else if (what == 6 && flight != 0) {
      desk.journal.hand_over(flight);
      for (Entry& entry : model) entry.handed_over |= entry.flight == flight;
    } else if (what == 7 && flight != 0 && draw(3) == 0) {
      const auto gone = std::erase_if(model, [&](const Entry& e) { return e.flight == flight; });
      REQUIRE(desk.journal.give_up(flight).size() == gone);
      lost += gone;
      open.erase(flight);
    } else if (what == 7 && draw(4) == 0) {
      const auto first = first_waiting();
      Record evicted;
      REQUIRE(desk.journal.evict(evicted) == (first != model.end()));
      if (first == model.end()) continue;
      REQUIRE(name_of(evicted) == first->name);
      model.erase(first);
      ++lost;
    } else if (what == 8) {
      desk.failing = draw(3) == 0;
      desk.now += draw(10000);
    } else {
      desk.settle();
    }
    REQUIRE(desk.journal.size() == model.size());
    REQUIRE(desk.journal.waiting() ==
            std::size_t(std::count_if(model.begin(), model.end(),
                                      [](const Entry& e) { return e.flight == 0; })));
  }

  desk.failing = false;
  desk.now += Journal::kStoragePause;
  desk.settle();
  Names kept;
  Names all;
  for (const Entry& entry : model) {
    if (!entry.handed_over) kept.push_back(entry.name);
    all.push_back(entry.name);
  }
  const auto without_counts = [](Names names) {
    for (std::string& name : names) name = name.substr(0, name.find('+'));
    return names;
  };
  CHECK(without_counts(desk.inherited()) == kept);

  for (const auto& [flight, counts] : open) desk.journal.put_back(flight);
  CHECK(without_counts(desk.waiting()) == all);
  append();
  std::uint64_t counted = told;
  for (const std::string& name : desk.waiting()) {
    if (contains(name, "+")) counted += std::stoull(name.substr(name.find('+')));
  }
  CHECK(counted == lost);
}
