#include "visitor/identity.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

constexpr Entropy kEntropy{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
const std::string kMade = "01020304-0506-4708-890a-0b0c0d0e0f10";

// What became of storage, as lines: "key=value" or "-key".
std::vector<std::string> writes(Effects& effects) {
  std::vector<std::string> out;
  while (!effects.empty()) {
    const Effect effect = effects.take();
    REQUIRE((effect.kind == Effect::store || effect.kind == Effect::erase));
    out.push_back(effect.kind == Effect::store ? effect.text + "=" + effect.more
                                               : "-" + effect.text);
  }
  return out;
}

using Writes = std::vector<std::string>;

struct Visitor {
  explicit Visitor(Persistence persistence = Persistence::local_storage)
      : identity("id", persistence) {}

  Identity identity;
  Effects effects;
  Moment now{0, 0};

  Identity::StorageChange hear(const char* key, const char* text) {
    const std::string value = text == nullptr ? "" : text;
    return identity.handle_storage_value(key, text == nullptr ? View::none() : View(value), now,
                                         effects);
  }

  // Reads storage; true if what was there could be used, or nothing was.
  bool restore(const char* note, const char* id) {
    identity.read(kEntropy, effects);
    while (!effects.empty()) CHECK(effects.take().kind == Effect::read);
    hear("id.anonymous", note);
    return hear("id", id) != Identity::StorageChange::refused;
  }

  // Another tab writes.
  Identity::StorageChange other(const char* id, const char* note) {
    const auto first = hear("id", id);
    const auto second = hear("id.anonymous", note);
    return first == Identity::StorageChange::taken ? second : first;
  }
};

}  // namespace

TEST_CASE("a new visitor gets an id, stored with the note that it was generated", "[identity]") {
  Visitor visitor;
  CHECK(visitor.restore(nullptr, nullptr));
  CHECK(visitor.identity.id() == kMade);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
}

TEST_CASE("a returning visitor keeps the id", "[identity]") {
  SECTION("anonymous") {
    Visitor visitor;
    CHECK(visitor.restore("made-here", "made-here"));
    CHECK(visitor.identity.id() == "made-here");
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
  SECTION("named") {
    Visitor visitor;
    CHECK(visitor.restore(nullptr, "user_123"));
    CHECK(visitor.identity.id() == "user_123");
    CHECK_FALSE(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
  SECTION("named, with the note of an id that is no longer") {
    Visitor visitor;
    CHECK(visitor.restore("made-here", "user_123"));
    CHECK_FALSE(visitor.identity.is_anonymous());
  }
}

TEST_CASE("an id that the site stored itself is never linked by an alias", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, "set-by-the-page");
  CHECK(visitor.identity.set("user_123", visitor.effects) == Identity::Change::other_user);
}

TEST_CASE("a stored id that is no id is replaced", "[identity]") {
  Visitor visitor;
  const bool usable = visitor.restore(nullptr, "[object Object]");
  CHECK_FALSE(usable);
  CHECK(visitor.identity.id() == kMade);
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
}

TEST_CASE("an anonymous id is linked to the first user id only", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::named);
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=user_1", "-id.anonymous"});

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());

  CHECK(visitor.identity.set("user_2", visitor.effects) == Identity::Change::other_user);
  CHECK(writes(visitor.effects) == Writes{"id=user_2", "-id.anonymous"});
}

TEST_CASE("setting the anonymous id as user id changes nothing", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  CHECK(visitor.identity.set(kMade, visitor.effects) == Identity::Change::none);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("a tab follows the user id that another tab set", "[identity]") {
  const Millis when = GENERATE(100, 60000);
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  visitor.now.monotonic = when;
  CHECK(visitor.other("user_1", nullptr) == Identity::StorageChange::taken);
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("two tabs that a new visitor opens at once agree on the smaller id", "[identity]") {
  const std::string smaller = "00000000-0506-4708-890a-0b0c0d0e0f10";
  const std::string larger = "ffffffff-0506-4708-890a-0b0c0d0e0f10";
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  SECTION("the other's") {
    CHECK(visitor.other(smaller.c_str(), smaller.c_str()) == Identity::StorageChange::replaced);
    CHECK(visitor.identity.replaced() == kMade);
    CHECK(visitor.identity.id() == smaller);
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
  SECTION("its own, which it writes again") {
    CHECK(visitor.other(larger.c_str(), larger.c_str()) == Identity::StorageChange::taken);
    CHECK(visitor.identity.id() == kMade);
    CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
  }
}

TEST_CASE("later, another tab's new visitor is followed", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  visitor.now.monotonic = Identity::kNew;
  visitor.other("made-there", "made-there");
  CHECK(visitor.identity.id() == "made-there");
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE(
    "a rival id at the end of the first moments counts, unless the visitor is named meanwhile",
    "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  visitor.now.monotonic = Identity::kNew - 1;
  visitor.hear("id", "user_1");
  visitor.now.monotonic = Identity::kNew;
  SECTION("it counts") {
    visitor.hear("id.anonymous", nullptr);
    CHECK(visitor.identity.id() == "user_1");
    CHECK_FALSE(visitor.identity.is_anonymous());
  }
  SECTION("named here") {
    visitor.identity.set("user_2", visitor.effects);
    visitor.hear("id.anonymous", nullptr);
    CHECK(visitor.identity.id() == "user_2");
  }
}

TEST_CASE("a key that another tab removes is not written again", "[identity]") {
  Visitor visitor;
  visitor.restore("made-here", "made-here");
  visitor.other(nullptr, nullptr);
  CHECK(visitor.identity.id() == "made-here");
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("when storage is emptied, the id is written again", "[identity]") {
  Visitor visitor;
  SECTION("anonymous") {
    visitor.restore(nullptr, nullptr);
    writes(visitor.effects);
    visitor.identity.write(visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
  }
  SECTION("named") {
    visitor.restore(nullptr, "user_1");
    visitor.identity.write(visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"id=user_1", "-id.anonymous"});
  }
}

TEST_CASE("an id that storage refuses is not given up for the one it still has", "[identity]") {
  Visitor visitor;
  visitor.restore("made-here", "made-here");
  visitor.identity.set("user_1", visitor.effects);
  visitor.identity.handle_store_failed("id");
  SECTION("when a page comes back") {}
  SECTION("nor is a later one") {
    visitor.identity.set("user_2", visitor.effects);
    visitor.identity.handle_store_failed("id");
    visitor.identity.set("user_1", visitor.effects);
    visitor.identity.handle_store_failed("id");
  }
  writes(visitor.effects);
  visitor.restore(nullptr, "made-here");
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=user_1"});
  visitor.restore(nullptr, "user_3");
  CHECK(visitor.identity.id() == "user_3");
}

TEST_CASE("reset makes a new anonymous visitor", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, "user_1");
  visitor.identity.reset(Entropy{}, visitor.effects);
  const std::string made = "00000000-0000-4000-8000-000000000000";
  CHECK(visitor.identity.id() == made);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=" + made, "id.anonymous=" + made});
}

TEST_CASE("the id is kept where the site wants it", "[identity]") {
  SECTION("in a cookie") {
    Visitor visitor(Persistence::cookie);
    visitor.identity.read(kEntropy, visitor.effects);
    CHECK(visitor.effects.take().text == "cookie:id.anonymous");
    CHECK(visitor.effects.take().text == "cookie:id");
    visitor.hear("cookie:id.anonymous", nullptr);
    CHECK_FALSE(visitor.identity.is_known());
    visitor.hear("cookie:id", nullptr);
    CHECK(visitor.identity.is_known());
    CHECK(writes(visitor.effects) == Writes{"cookie:id=" + kMade, "cookie:id.anonymous=" + kMade});
  }
  SECTION("in both, and restored from the one that is left") {
    Visitor visitor(Persistence::both);
    visitor.identity.read(kEntropy, visitor.effects);
    while (!visitor.effects.empty()) visitor.effects.take();
    visitor.hear("id.anonymous", nullptr);
    visitor.hear("id", nullptr);
    visitor.hear("cookie:id.anonymous", "made-here");
    visitor.hear("cookie:id", "made-here");
    CHECK(visitor.identity.id() == "made-here");
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects) == Writes{"id=made-here", "id.anonymous=made-here"});
  }
  SECTION("in both, where another sub-domain has named the visitor since") {
    Visitor visitor(Persistence::both);
    visitor.identity.read(kEntropy, visitor.effects);
    while (!visitor.effects.empty()) visitor.effects.take();
    visitor.hear("id.anonymous", "made-here");
    visitor.hear("id", "made-here");
    visitor.hear("cookie:id.anonymous", nullptr);
    visitor.hear("cookie:id", "user_1");
    CHECK(visitor.identity.id() == "user_1");
    CHECK_FALSE(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects) == Writes{"id=user_1", "-id.anonymous"});
  }
  SECTION("in memory only") {
    Visitor visitor(Persistence::memory);
    visitor.identity.read(kEntropy, visitor.effects);
    CHECK(visitor.effects.empty());
    CHECK(visitor.identity.is_known());
    CHECK(visitor.identity.is_anonymous());
  }
}

TEST_CASE("an id is plausible unless it is a typical mistake such as undefined", "[identity]") {
  const auto [text, is] = GENERATE(table<std::string, bool>({
      {"user_123", true},
      {"7", true},
      {"00", true},
      {"jane@example.com", true},
      {"auth0|5f7c8ec7c33c6c004bbafe82", true},
      {"J\xC3\xBCrgen M", true},
      {"01020304-0506-4708-890a-0b0c0d0e0f10", true},
      {"nullable", true},
      {"Guest House", true},
      {std::string(255, 'x'), true},
      {"", false},
      {" ", false},
      {"\t\n", false},
      {"undefined", false},
      {"null", false},
      {"NaN", false},
      {"None", false},
      {"nil", false},
      {"true", false},
      {"false", false},
      {"0", false},
      {"anonymous", false},
      {"guest", false},
      {"user_id", false},
      {"[object Object]", false},
      {"{\"id\":7}", false},
      {"[7]", false},
      {"\"user_123\"", false},
      {"<unknown>", false},
      {"user\n123", false},
      {std::string("user\0", 5), false},
      {"user\x7F", false},
      {std::string(256, 'x'), false},
  }));
  CAPTURE(text);
  CHECK(is_plausible_user_id(text) == is);
}
