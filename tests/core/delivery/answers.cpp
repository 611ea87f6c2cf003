#include "delivery/answers.h"

#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace appizer;

namespace {

constexpr Millis kWall = 1763928000000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("every status means one of four things", "[answers]") {
  const auto [status, meaning] = GENERATE(table<int, Outcome>({
      {0, Outcome::later},  // no answer
      {100, Outcome::later},       {200, Outcome::delivered},   {201, Outcome::delivered},
      {202, Outcome::delivered},   {204, Outcome::delivered},   {299, Outcome::delivered},
      {300, Outcome::later},       {302, Outcome::later},       {308, Outcome::later},
      {400, Outcome::refused},     {401, Outcome::not_allowed}, {402, Outcome::not_allowed},
      {403, Outcome::not_allowed}, {404, Outcome::not_allowed}, {405, Outcome::not_allowed},
      {408, Outcome::later},       {409, Outcome::refused},     {410, Outcome::not_allowed},
      {413, Outcome::refused},     {415, Outcome::not_allowed}, {422, Outcome::refused},
      {425, Outcome::later},       {429, Outcome::later},       {451, Outcome::not_allowed},
      {499, Outcome::not_allowed}, {500, Outcome::later},       {502, Outcome::later},
      {503, Outcome::later},       {504, Outcome::later},       {599, Outcome::later},
      {999, Outcome::later},       {-1, Outcome::later},
  }));
  CAPTURE(status);
  CHECK(outcome(status) == meaning);
}

TEST_CASE("what the server asks for is waited for, the longest of it", "[answers]") {
  struct Row {
    int status;
    RetryHeaders wait;
    const char* body;
    Millis expected;
  };
  const double now = static_cast<double>(kWall) / 1000;
  const Row row = GENERATE_COPY(values<Row>({
      {429, {}, "", 0},
      {429,
       {},
       R"({"error":"x","code":"RATE_LIMIT_EXCEEDED","details":{"retry_after":30}})",
       30000},
      {429, {}, R"({"details":{"retry_after":0.25}})", 250},
      {429, {}, R"({"details":{"retry_after":1e1}})", 10000},
      {429, {}, R"({"details":{"retry_after":-5}})", 0},
      {429, {}, R"({"details":{"retry_after":"30"}})", 0},
      {429, {}, R"({"details":{"retry_after":null}})", 0},
      {429, {}, R"({"details":{"retry_after":1e999}})", kLongestRequestedPause},
      {429, {}, R"({"details":[30]})", 0},
      {429, {}, R"({"details":{"retry_after":30)", 0},  // cut off: no answer is read from it
      {429, {}, "<html>Too many requests</html>", 0},
      {429, {12, {}}, R"({"details":{"retry_after":30}})", 30000},
      {429, {40, {}}, R"({"details":{"retry_after":30}})", 40000},
      {503, {120, {}}, "", 120000},
      {408, {5, {}}, "", 5000},
      {301, {5, {}}, "", 5000},
      {0, {5, {}}, R"({"details":{"retry_after":30}})", 0},  // somebody else's words
      {503, {-120, {}}, "", 0},
      {503, {NAN, {}}, "", 0},
      {503, {kInfinity, {}}, "", kLongestRequestedPause},
      {503, {1e9, {}}, "", kLongestRequestedPause},
      {429, {{}, now + 20}, "", 20000},
      {429, {{}, now - 20}, "", 0},
      {429, {{}, now + 3601}, "", 0},  // one of the two clocks is wrong
      {429, {{}, -kInfinity}, "", 0},
      {429, {10, now + 20}, "", 10000},  // a reset counts only where nothing else was said
      {503, {{}, now + 20}, "", 0},      // and only of a rate limit
      {503, {{}, {}, now + 20}, "", 20000},
      {503, {5, {}, now + 20}, "", 5000},
      {503, {{}, {}, now - 20}, "", 0},
      {503, {{}, {}, now + 3 * 86400}, "", 0},  // the visitor's clock is three days slow
      {503, {{}, {}, kInfinity}, "", 0},
      {429, {{}, now + 30, now + 20}, "", 20000},
      {200, {{}, {}, now + 20}, "", 0},
      {200, {10, now + 20}, R"({"details":{"retry_after":30}})", 0},
      {400, {10, {}}, R"({"details":{"retry_after":30}})", 0},
      {401, {10, {}}, "", 0},
  }));
  CAPTURE(row.status, row.body, row.wait.retry_after, row.wait.reset);
  const Millis asked = requested_pause(row.status, row.wait, row.body, kWall);
  // Never shorter than asked; a fraction of a millisecond is rounded up.
  CHECK(asked >= row.expected);
  CHECK(asked <= row.expected + 1);
}

TEST_CASE("no wait is longer than a day, whatever the body says", "[answers]") {
  const std::string deep(100000, '[');
  for (const std::string& body :
       {R"({"details":{"retry_after":999999999999999999999999999999}})" + std::string(),
        R"({"details":{"retry_after":)" + std::string(100000, '9') + "}}",
        R"({"details":)" + deep + "}"}) {
    const Millis asked = requested_pause(429, {}, body, kWall);
    CHECK(asked >= 0);
    CHECK(asked <= kLongestRequestedPause);
  }
}
