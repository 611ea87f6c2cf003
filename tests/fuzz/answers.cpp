// Answers of a server, or of a proxy in its place: status, retry headers, body; and waits in
// storage. The wait that was asked for is kept, nothing silences a page for more than a
// day, and afterwards everything arrives.
#include "delivery/answers.h"

#include "fuzz/site.h"

namespace {

using namespace appizer;
using fuzz::expect;
using fuzz::Input;
using fuzz::Site;

constexpr double kDay = 24.0 * kHour;

// By nlohmann/json's own parser, and the documentation.
double asked_by_body(std::string_view body) {
  const auto value = test::parsed(body);
  if (!value.is_object() || body.find('\0') != std::string_view::npos) return 0;
  const auto details = value.find("details");
  if (details == value.end() || !details->is_object()) return 0;
  const auto seconds = details->find("retry_after");
  if (seconds == details->end() || !seconds->is_number()) return 0;
  return std::clamp(seconds->get<double>() * 1000, 0.0, kDay);
}

bool asks_for_later(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500 || status < 200 ||
         (status >= 300 && status < 400);
}

void check_wait(int status, const RetryHeaders& wait, std::string_view body) {
  const Millis asked = requested_pause(status, wait, body, 1763928000000);
  expect(asked >= 0 && asked <= kLongestRequestedPause, "a wait is at most a day", body);
  if (!asks_for_later(status)) expect(asked == 0, "only who asks for later asks for a wait", body);
}

// Two members of one name: which counts is nobody's promise.
bool is_ambiguous(std::string_view body) {
  const auto count = [&](std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = body.find(word); at < body.size(); at = body.find(word, at + 1)) ++found;
    return found;
  };
  return count("details") > 1 || count("retry_after") > 1 || count("\\u") > 0;
}

void play_answers(std::string_view bytes) {
  Input input(bytes);
  const std::uint8_t bits = input.byte();
  const int status = (bits & 1) != 0 ? 429 : (bits & 2) != 0 ? 503 : input.number<std::int16_t>();
  const double retry_after = (bits & 4) != 0 ? input.number<float>() : std::nan("");
  const double reset = (bits & 8) != 0 ? input.number<double>() : std::nan("");
  const std::string_view stored = (bits & 16) != 0 ? input.until('\n') : std::string_view();
  const std::string_view body = input.rest();
  check_wait(status, {retry_after, reset}, body);

  Site site((bits & 32) != 0 ? R"(,"debug":true)" : "", (bits & 64) != 0);
  site.open();
  for (int i = 0; i < 3; ++i) site.track(R"({"a":1})");
  site.settle();
  site.pass(5'000);
  while (!site.flights().empty() && site.flights()[0].of_people) site.answer(0, 200);
  expect(site.flights().size() == 1, "what waits is sent");
  const double asked_at = site.page().now();
  site.answer(0, status, body, retry_after, reset);
  site.settle();

  double least = 0;
  if (asks_for_later(status) && !is_ambiguous(body)) least = asked_by_body(body);
  if (asks_for_later(status) && retry_after > 0) {
    least = std::max(least, std::min(retry_after * 1000, kDay));
  }
  if (!stored.empty()) {
    // Another tab's word, or anybody's: it may make the wait longer, never shorter.
    for (auto& [key, value] : site.storage) {
      if (!key.ends_with(".w.e")) continue;
      value = stored;
      const std::string copy = value;
      site.page().value(key, &copy);
    }
    site.settle();
  }
  if (least > 10) {
    const auto none = [&] {
      if (site.page().now() - asked_at < least - 2) {
        expect(site.flights().empty(), "the wait that was asked for is kept", body);
      }
      site.grant(true);
    };
    site.grant(true);
    site.pass(least - 10, none);
    none();
  }
  site.heal();
}

}  // namespace

APPIZER_FUZZER(answers)
