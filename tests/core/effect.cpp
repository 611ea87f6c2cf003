#include "effect.h"

#include "catch.hpp"

using namespace appizer;

TEST_CASE("effects are taken in the order in which they were asked for", "[effect]") {
  Effects effects;
  CHECK(effects.empty());
  effects.read("a");
  effects.store("b", "1");
  CHECK(effects.take().text == "a");
  effects.erase("c");  // between two polls
  CHECK(effects.take().text == "b");
  CHECK_FALSE(effects.empty());
  CHECK(effects.take().text == "c");
  CHECK(effects.empty());
}

TEST_CASE("each kind of effect carries what it needs", "[effect]") {
  Effects effects;
  effects.request(7, "u", "body", true);
  effects.cancel(7);
  effects.store("k", "v");
  effects.erase("k");
  effects.read("k");
  effects.scan("p");
  effects.lock("l", true);
  effects.unlock("l");
  effects.fetch_later("u", "body");
  effects.hint(Hint::name_cut, "n");
  effects.report("{}");
  effects.flushed(3, "{}");

  const auto next = [&](Effect::Kind kind, std::uint32_t number, bool flag, const char* text,
                        const char* more) {
    const Effect effect = effects.take();
    CAPTURE(kind);
    CHECK(effect.kind == kind);
    CHECK(effect.number == number);
    CHECK(effect.flag == flag);
    CHECK(effect.text == text);
    CHECK(effect.more == more);
  };
  next(Effect::request, 7, true, "u", "body");
  next(Effect::cancel, 7, false, "", "");
  next(Effect::store, 0, false, "k", "v");
  next(Effect::erase, 0, false, "k", "");
  next(Effect::read, 0, false, "k", "");
  next(Effect::scan, 0, false, "p", "");
  next(Effect::lock, 0, true, "l", "");
  next(Effect::unlock, 0, false, "l", "");
  next(Effect::fetch_later, 0, false, "u", "body");
  next(Effect::hint, 6, false, "n", "");
  next(Effect::report, 0, false, "{}", "");
  next(Effect::flushed, 3, false, "{}", "");
  CHECK(effects.empty());
}
