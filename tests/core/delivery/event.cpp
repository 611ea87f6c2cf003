#include "delivery/event.h"

#include <chrono>
#include <cstdio>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

const Stamp kStamp{.user_id = "user_123",
                   .session_id = "4r8k2m9x0p1z",
                   .event_id = "019ab2c3-0000-7000-8000-000000000001",
                   .wall = 1763930446123};

nlohmann::json sent(const Event& event) {
  String text = event.head;
  append_event_tail(text, "", false, 0, 1763928001000);
  const auto value = parsed(std::string(text) + "}");
  REQUIRE(value.is_object());
  return value;
}

nlohmann::json properties_of(const Event& event) { return sent(event)["properties"]; }

std::string time_text(Millis wall) {
  String out;
  append_time(out, wall);
  return out;
}

// Cut off or left out: said in the event, and to the developer.
void check_cut(const Event& event, const std::vector<std::string>& names) {
  CHECK(texts(event.cut) == names);
  CHECK(properties_of(event)["$cut"] == nlohmann::json(names));
}

}  // namespace

TEST_CASE("an event is what the API takes, with our facts under $ names", "[event]") {
  const Event event =
      make_event("purchase_completed", R"({"amount":29.99,"currency":"USD"})", kStamp);
  CHECK(event.head ==
        R"({"event_name":"purchase_completed","user_id":"user_123","properties":{"amount":29.99,)"
        R"("currency":"USD","$event_id":"019ab2c3-0000-7000-8000-000000000001",)"
        R"("$timestamp":"2025-11-23T20:40:46.123Z","$session_id":"4r8k2m9x0p1z")");
  CHECK(event.cut.empty());
  CHECK(event.reserved.empty());
  CHECK_FALSE(event.name_cut);
  CHECK_FALSE(event.properties_lost);
}

TEST_CASE("an event is closed with what holds for the whole document", "[event]") {
  String out;
  append_event_tail(out, "Mozilla/5.0 \"X\"", true, 0, 1763928001000);
  CHECK(
      out ==
      golden(
          R"(,"$sent_at":"2025-11-23T20:00:01.000Z","$lib":"appizer-web","$lib_version":"VERSION","$bot":true},"ua":"Mozilla/5.0 \"X\"")"));
  out.clear();
  append_event_tail(out, "", false, 3, 1763928001000);
  CHECK(
      out ==
      golden(
          R"(,"$sent_at":"2025-11-23T20:00:01.000Z","$lib":"appizer-web","$lib_version":"VERSION","$dropped":3})"));
}

TEST_CASE("an event needs no properties", "[event]") {
  const auto none = GENERATE(values<std::string>({"", "null", "{}", " { } "}));
  const Event event = make_event("plan_opened", none, kStamp);
  CHECK_FALSE(event.properties_lost);
  CHECK(properties_of(event).size() == 6);
}

TEST_CASE("properties travel as they were written, byte for byte", "[event]") {
  const auto text = GENERATE(values<std::string>({
      R"("price":1.10,"big":12345678901234567890123,"tiny":1e-300)",
      R"("greeting":"\u0048\u00e9 \ud83d\ude42 \/")",
      R"("list":[1, 2 ,{"a" : null}],"none":null)",
      R"("a":1,"a":2)",
  }));
  const Event event = make_event("plan_opened", scratch("{" + text + "}"), kStamp);
  CHECK(contains(event.head, "\"properties\":{" + text + ",\"$event_id\":"));
  CHECK(event.cut.empty());
}

TEST_CASE("properties that are no object are left out, and the event says so", "[event]") {
  const auto text = GENERATE(values<std::string>({"[]", "[{\"a\":1}]", "1", "true", "\"text\"", "?",
                                                  "{", "{\"a\":}", "{\"a\":\"\xff\"}", " "}));
  CAPTURE(text);
  const Event event = make_event("plan_opened", text, kStamp);
  CHECK(event.properties_lost);
  CHECK(sent(event)["event_name"] == "plan_opened");
  check_cut(event, {"properties"});
}

TEST_CASE("reserved $ names cannot be set by the site, other $ names can", "[event]") {
  const Event event = make_event(
      "plan_opened",
      R"({"$event_id":"mine","$timestamp":1,"$set":{"a":1},"$lib":{"b":2},"plan":"pro"})", kStamp);
  CHECK(texts(event.reserved) == std::vector<std::string>{"$event_id", "$timestamp", "$lib"});
  const auto properties = properties_of(event);
  CHECK(properties["$event_id"] == std::string(kStamp.event_id));
  CHECK(properties["$lib"] == kLibrary);
  CHECK(properties["$set"] == nlohmann::json{{"a", 1}});
  CHECK(properties["plan"] == "pro");
  CHECK(properties["$cut"] == nlohmann::json{"$event_id", "$timestamp", "$lib"});
}

TEST_CASE("every one of our names is reserved, however it is written", "[event]") {
  const std::string name = GENERATE(values<std::string>(
      {"event_id", "timestamp", "session_id", "lib", "lib_version", "bot", "dropped", "cut"}));
  for (const std::string dollar : {"$", "\\u0024"}) {
    const Event event =
        make_event("plan_opened", scratch("{\"" + dollar + name + "\":\"mine\"}"), kStamp);
    CHECK(event.reserved == std::vector<std::string>{"$" + name});
    CHECK_FALSE(contains(event.head, "mine"));
  }
}

TEST_CASE("values within the limits are whole", "[event]") {
  const auto text = GENERATE(values<std::string>({
      "{\"a\":\"" + std::string(16 * 1024, 'x') + "\"}",
      "{\"a\":[0" + repeated(",0", 998) + "]}",
      "{\"a\":" + std::string(15, '[') + std::string(15, ']') + "}",
      "{\"" + std::string(255, 'n') + "\":1}",
      "{\"a\":[" + repeated("\"" + std::string(16 * 1024 - 3, 'x') + "\",", 15) + "\"" +
          std::string(16 * 1024 - 10, 'x') + "\"]}",
  }));
  const Event event = make_event("plan_opened", text, kStamp);
  CHECK(event.cut.empty());
  CHECK(contains(event.head, text.substr(1, text.size() - 2)));
}

TEST_CASE("values beyond the limits are cut, and the event says where", "[event]") {
  const auto value = GENERATE(values<std::string>({
      "\"" + std::string(16 * 1024 + 1, 'x') + "\"",
      "[0" + repeated(",0", 999) + "]",
      std::string(16, '[') + std::string(16, ']'),
      "{\"" + std::string(256, 'n') + "\":1}",
      "[" + repeated("\"" + std::string(16 * 1024 - 3, 'x') + "\",", 16) + "1]",
      std::string(256 * 1024, '9'),
  }));
  const Event event =
      make_event("plan_opened", scratch("{\"before\":1,\"a\":" + value + "}"), kStamp);
  check_cut(event, {"a"});
  CHECK(properties_of(event)["before"] == 1);
  CHECK(event.head.size() < kPropertyLimits.size + 1000);
}

TEST_CASE("a list of what was cut names ten at most, each within bounds", "[event]") {
  std::string text = "{\"" + std::string(100000, 'n') + "\":1";
  for (int i = 0; i < 2000; ++i) text += ",\"p" + std::to_string(i) + "\":1";
  const Event event = make_event("plan_opened", scratch(text + "}"), kStamp);
  CHECK(event.cut.size() > 1000);
  const auto named = properties_of(event)["$cut"];
  REQUIRE(named.size() == 10);
  CHECK(named[0] == std::string(255, 'n'));
  CHECK(named[1] == "p1000");
}

TEST_CASE("a name that is too long is cut between characters", "[event]") {
  CHECK_FALSE(make_event(std::string(255, 'n'), "", kStamp).name_cut);
  const Event event = make_event(repeated("\xE2\x82\xAC", 86), "", kStamp);
  CHECK(event.name_cut);
  CHECK(sent(event)["event_name"] == repeated("\xE2\x82\xAC", 85));
  check_cut(event, {"event_name"});
}

TEST_CASE("names and ids of any bytes make a valid event", "[event]") {
  const std::string hostile("\"}],\\\0\n\xff\xED\xA0\x80</script>", 18);
  const Event event = make_event(
      hostile, "", {.user_id = hostile, .session_id = hostile, .event_id = "e", .wall = 0});
  CHECK(sent(event).size() == 3);
  CHECK(contains(sent(event)["user_id"].get<std::string>(), "\"}],\\"));
}

TEST_CASE("times are ISO 8601 in UTC with four digits of a year", "[event]") {
  const auto [wall, text] = GENERATE(table<Millis, const char*>({
      {0, "\"1970-01-01T00:00:00.000Z\""},
      {1, "\"1970-01-01T00:00:00.001Z\""},
      {951782399999, "\"2000-02-28T23:59:59.999Z\""},
      {951782400000, "\"2000-02-29T00:00:00.000Z\""},
      {951868800000, "\"2000-03-01T00:00:00.000Z\""},
      {1763930446123, "\"2025-11-23T20:40:46.123Z\""},
      {4107542400000, "\"2100-03-01T00:00:00.000Z\""},
      {253402300799999, "\"9999-12-31T23:59:59.999Z\""},
      {253402300800000, "\"9999-12-31T23:59:59.999Z\""},
      {INT64_MAX, "\"9999-12-31T23:59:59.999Z\""},
      {-1, "\"1970-01-01T00:00:00.000Z\""},
      {INT64_MIN, "\"1970-01-01T00:00:00.000Z\""},
  }));
  CHECK(time_text(wall) == text);
}

TEST_CASE("times agree with the standard library's calendar", "[event]") {
  using namespace std::chrono;
  for (Millis day = 0; day < 2932897; day += 97) {  // the days until the year 10000
    const year_month_day date{sys_days{days{day}}};
    char expected[40];
    std::snprintf(expected, sizeof expected, "\"%04d-%02u-%02uT12:34:56.789Z\"",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
    REQUIRE(time_text(day * 24 * kHour + 45296789) == expected);
  }
}

TEST_CASE("snake_case names are recognised", "[event]") {
  const auto [name, is] = GENERATE(table<const char*, bool>({
      {"page_view", true},
      {"a", true},
      {"step_2_done", true},
      {"v2", true},
      {"", false},
      {"_page", false},
      {"page_", false},
      {"page__view", false},
      {"2_steps", false},
      {"PageView", false},
      {"pageView", false},
      {"page view", false},
      {"page-view", false},
      {"page.view", false},
      {"seite_ge\xC3\xB6"
       "ffnet",
       false},
  }));
  CAPTURE(name);
  CHECK(is_snake_case(name) == is);
}

TEST_CASE("meaningless names are recognised", "[event]") {
  const auto [name, is] = GENERATE(table<const char*, bool>({
      {"event", true},
      {"event1", true},
      {"click_2", true},
      {"test", true},
      {"x", true},
      {"e7", true},
      {"123", true},
      {"", true},
      {"event_created", false},
      {"clicked", false},
      {"page_view", false},
      {"step_1", false},
  }));
  CAPTURE(name);
  CHECK(says_nothing(name) == is);
}

TEST_CASE("blank text is recognised", "[event]") {
  CHECK(is_blank(""));
  CHECK(is_blank(std::string(" \t\r\n\0", 5)));
  CHECK_FALSE(is_blank(" a "));
  CHECK_FALSE(is_blank("\xC3\xA9"));
}

TEST_CASE("an event says its view, its number in the document, and its page", "[event]") {
  Stamp stamp = kStamp;
  stamp.document = "0123456789";
  stamp.view = 3;
  stamp.seq = 7;
  stamp.page = "/pricing";
  const auto properties = properties_of(make_event("plan_opened", R"({"plan":"pro"})", stamp));
  CHECK(properties["$view_id"] == "0123456789.3");
  CHECK(properties["$seq"] == 7);
  CHECK(properties["$page"] == "/pricing");
  CHECK_FALSE(properties_of(make_event("e", R"({"page":"/mine"})", stamp)).contains("$page"));
  CHECK(properties_of(make_event("e", "[1]", stamp))["$page"] == "/pricing");
}
