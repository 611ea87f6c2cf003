#include "delivery/report.h"

#include "catch.hpp"
#include "core/text.h"
#include "delivery/event.h"

using namespace appizer;
using namespace appizer::test;

namespace {

Record event_record(std::string_view name, std::string_view id) {
  Record record;
  record.text = make_event(name, R"({"plan":"pro"})",
                           {.user_id = "u", .session_id = "s", .event_id = id, .wall = 0})
                    .head;
  return record;
}

Record person(Kind kind, std::string text) {
  Record record;
  record.kind = kind;
  record.text = std::move(text);
  return record;
}

}  // namespace

TEST_CASE("a report has the reason and the names of the events", "[report]") {
  CHECK(report_of("refused", 400, 2,
                  {event_record("plan_opened", "e-1"), event_record("say \"hi\"", "e-2")}) ==
        R"({"reason":"refused","status":400,"count":2,"records":[)"
        R"({"kind":"event","event_name":"plan_opened","event_id":"e-1"},)"
        R"({"kind":"event","event_name":"say \"hi\"","event_id":"e-2"}]})");
}

TEST_CASE("user records and aliases are reported without what they hold", "[report]") {
  CHECK(
      report_of("evicted", 0, 2,
                {person(Kind::user, R"({"user_id":"jane@example.com")"),
                 person(Kind::alias, R"({"user_id":"jane@example.com","alias_id":"a")")}) ==
      R"({"reason":"evicted","status":0,"count":2,"records":[{"kind":"user"},{"kind":"alias"}]})");
}

TEST_CASE("what could not be read is counted without names", "[report]") {
  CHECK(report_of("unreadable", 0, 3, {}) ==
        R"({"reason":"unreadable","status":0,"count":3,"records":[]})");
}

TEST_CASE("ten records are named, all are counted", "[report]") {
  List<Record> records;
  for (int i = 0; i < 25; ++i) records.push_back(event_record("plan_opened", std::to_string(i)));
  const auto report = parsed(report_of("evicted", 0, 25, records));
  CHECK(report["count"] == 25);
  REQUIRE(report["records"].size() == 10);
  CHECK(report["records"][9]["event_id"] == "9");
}
