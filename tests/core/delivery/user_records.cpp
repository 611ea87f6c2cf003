#include "delivery/user_records.h"

#include "catch.hpp"

using namespace appizer;

namespace {

/// The users lane, with what it would send.
struct Users {
  Users() {
    config.app_id = "demo";
    config.api_base = "https://x.example";
    delivery.journal(Delivery::users).set_document("d");
  }

  Config config;
  Ids ids;
  Delivery delivery{config, ids, "a.", {}};
  Effects effects;
  UserRecords people;

  bool know(const char* user, const char* properties) {
    return people.set_properties(user, properties, {}, delivery, effects);
  }
  // The bodies, sent one after the other and taken by the server.
  std::vector<std::string> sent() {
    std::vector<std::string> bodies;
    Moment now{10000, 1763928000000};
    for (int i = 0; i < 50; ++i) {
      delivery.advance(now, effects);
      std::uint32_t answered = 0;
      while (!effects.empty()) {
        const Effect effect = effects.take();
        if (effect.kind != Effect::request) continue;
        bodies.push_back(effect.more);
        answered = effect.number;
      }
      if (answered != 0) delivery.handle_response(answered, 200, {}, "", now, effects);
      now.monotonic += 1000;
    }
    return bodies;
  }
};

using Bodies = std::vector<std::string>;

}  // namespace

TEST_CASE("setUserId makes a user record, and an alias if there was an anonymous id", "[people]") {
  Users lane;
  lane.people.identify("user_1", "anon", {}, lane.delivery, lane.effects);
  lane.people.identify("user_2", "", {}, lane.delivery, lane.effects);
  CHECK(lane.sent() == Bodies{R"({"user_id":"user_1","app_id":"demo"})",
                              R"({"user_id":"user_1","alias_id":"anon","app_id":"demo"})",
                              R"({"user_id":"user_2","app_id":"demo"})"});
}

TEST_CASE("properties set one after the other are one record, the last value counting",
          "[people]") {
  Users lane;
  CHECK(lane.know("u", R"({"plan":"free","age":5})"));
  CHECK(lane.know("u", R"({"email":"a@b.example","plan":"pro"})"));
  CHECK(lane.know("u", "{}"));
  CHECK(
      lane.sent() ==
      Bodies{
          R"({"user_id":"u","email":"a@b.example","properties":{"plan":"pro","age":5},"app_id":"demo"})"});
}

TEST_CASE("properties that were sent are not sent again with the next ones", "[people]") {
  Users lane;
  lane.know("u", R"({"plan":"free"})");
  lane.sent();
  lane.know("u", R"({"phone":"+49 30 1"})");
  CHECK(lane.sent() == Bodies{R"({"user_id":"u","phone":"+49 30 1","app_id":"demo"})"});
}

TEST_CASE("properties of one user never get into another user's record", "[people]") {
  Users lane;
  lane.know("u1", R"({"plan":"free"})");
  lane.know("u2", R"({"age":5})");
  CHECK(lane.sent() == Bodies{R"({"user_id":"u1","properties":{"plan":"free"},"app_id":"demo"})",
                              R"({"user_id":"u2","properties":{"age":5},"app_id":"demo"})"});
}

TEST_CASE("an email that is no text is a property like any other", "[people]") {
  Users lane;
  lane.know("u", R"({"email":5})");
  CHECK(lane.sent() == Bodies{R"({"user_id":"u","properties":{"email":5},"app_id":"demo"})"});
}

TEST_CASE("user properties must be an object", "[people]") {
  const auto text = GENERATE("", "null", "5", "\"x\"", "[1]", "{", "?");
  Users lane;
  CHECK_FALSE(lane.know("u", text));
  CHECK(lane.sent().empty());
}
