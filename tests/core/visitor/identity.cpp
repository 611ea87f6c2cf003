#include "visitor/identity.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

constexpr Entropy kEntropy{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
const std::string kMade = make_anonymous_id(kEntropy);
const std::string kSmaller = make_anonymous_id({});
const std::string kLarger = [] {
  Entropy entropy;
  for (auto& byte : entropy) byte = 255;
  return make_anonymous_id(entropy);
}();

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
  bool restore(const char* id) {
    identity.read(kEntropy, effects);
    while (!effects.empty()) CHECK(effects.take().kind == Effect::read);
    return hear("id", id) != Identity::StorageChange::refused;
  }
  bool restore(const std::string& id) { return restore(id.c_str()); }

  // Another tab writes.
  Identity::StorageChange other(const std::string& id) { return hear("id", id.c_str()); }
};

}  // namespace

TEST_CASE("an id that was made here shows it by itself", "[identity]") {
  CHECK(kMade.size() == 36);
  CHECK(kMade.starts_with("01020304-0506-4708-890a-0b0c"));
  CHECK(is_anonymous_id(kMade));
  std::string other = kMade;
  const std::size_t at = GENERATE(0, 8, 27, 28, 35);
  other[at] = other[at] == '1' ? '2' : '1';
  CHECK_FALSE(is_anonymous_id(other));
  CHECK_FALSE(is_anonymous_id(""));
  CHECK_FALSE(is_anonymous_id("user_123"));
  CHECK_FALSE(is_anonymous_id("01020304-0506-4708-890a-0b0c0d0e0f10"));
}

TEST_CASE("a new visitor gets an id", "[identity]") {
  Visitor visitor;
  CHECK(visitor.restore(nullptr));
  CHECK(visitor.identity.id() == kMade);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade});
}

TEST_CASE("a visitor who returns is who they were", "[identity]") {
  SECTION("anonymous") {
    Visitor visitor;
    CHECK(visitor.restore(kSmaller));
    CHECK(visitor.identity.id() == kSmaller);
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
  SECTION("named") {
    Visitor visitor;
    CHECK(visitor.restore("user_123"));
    CHECK(visitor.identity.id() == "user_123");
    CHECK_FALSE(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
}

TEST_CASE("an id that the page itself put into storage is nobody's to link", "[identity]") {
  Visitor visitor;
  visitor.restore("set-by-the-page");
  CHECK(visitor.identity.set("user_123", visitor.effects) == Identity::Change::other_user);
}

TEST_CASE("a stored id that is no id is replaced", "[identity]") {
  Visitor visitor;
  CHECK_FALSE(visitor.restore("[object Object]"));
  CHECK(visitor.identity.id() == kMade);
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade});
}

TEST_CASE("an anonymous visitor is named once, then becomes somebody else", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr);
  writes(visitor.effects);

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::named);
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=user_1"});

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());

  CHECK(visitor.identity.set("user_2", visitor.effects) == Identity::Change::other_user);
  CHECK(writes(visitor.effects) == Writes{"id=user_2"});
}

TEST_CASE("to be named by one's anonymous id is no change", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr);
  writes(visitor.effects);
  CHECK(visitor.identity.set(kMade, visitor.effects) == Identity::Change::none);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("another tab's naming of the visitor is taken over", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr);
  writes(visitor.effects);
  SECTION("a moment after the id was made here, which nobody else may know of") {
    visitor.now.monotonic = 100;
    CHECK(visitor.other("user_1") == Identity::StorageChange::replaced);
    CHECK(visitor.identity.replaced() == kMade);
  }
  SECTION("later, when the other tab knew it") {
    visitor.now.monotonic = 60000;
    CHECK(visitor.other("user_1") == Identity::StorageChange::taken);
  }
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("two tabs that a new visitor opens at once agree on the smaller id", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr);
  writes(visitor.effects);
  SECTION("the other's") {
    CHECK(visitor.other(kSmaller) == Identity::StorageChange::replaced);
    CHECK(visitor.identity.replaced() == kMade);
    CHECK(visitor.identity.id() == kSmaller);
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects).empty());
  }
  SECTION("its own, which it writes again") {
    CHECK(visitor.other(kLarger) == Identity::StorageChange::taken);
    CHECK(visitor.identity.id() == kMade);
    CHECK(writes(visitor.effects) == Writes{"id=" + kMade});
  }
}

TEST_CASE("later, another tab's new visitor is followed", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr);
  writes(visitor.effects);
  visitor.now.monotonic = Identity::kNew;
  visitor.other(kLarger);
  CHECK(visitor.identity.id() == kLarger);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("a key that another tab removes is not written again", "[identity]") {
  Visitor visitor;
  visitor.restore(kSmaller);
  visitor.hear("id", nullptr);
  CHECK(visitor.identity.id() == kSmaller);
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("when storage is emptied, the id is written again", "[identity]") {
  Visitor visitor;
  visitor.restore("user_1");
  visitor.identity.write(visitor.effects);
  CHECK(writes(visitor.effects) == Writes{"id=user_1"});
}

TEST_CASE("an id that storage refuses is not given up for the one it still has", "[identity]") {
  Visitor visitor;
  visitor.restore(kSmaller);
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
  visitor.restore(kSmaller);
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=user_1"});
  visitor.restore("user_3");
  CHECK(visitor.identity.id() == "user_3");
}

TEST_CASE("a visitor who leaves becomes a new anonymous one", "[identity]") {
  Visitor visitor;
  visitor.restore("user_1");
  visitor.identity.reset(Entropy{}, visitor.effects);
  CHECK(visitor.identity.id() == kSmaller);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=" + kSmaller});
}

TEST_CASE("the id is kept where the site wants it", "[identity]") {
  const auto start = [](Visitor& visitor, const char* cookie, const char* stored) {
    visitor.identity.read(kEntropy, visitor.effects);
    while (!visitor.effects.empty()) visitor.effects.take();
    visitor.hear("id", stored);
    visitor.hear("cookie:id", cookie);
  };
  SECTION("in a cookie") {
    Visitor visitor(Persistence::cookie);
    start(visitor, nullptr, nullptr);
    CHECK(visitor.identity.is_known());
    CHECK(writes(visitor.effects) == Writes{"cookie:id=" + kMade});
    visitor.identity.renew_cookie(visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"cookie:id=" + kMade});
  }
  SECTION("in both, and restored from the one that is left") {
    Visitor visitor(Persistence::both);
    start(visitor, kSmaller.c_str(), nullptr);
    CHECK(visitor.identity.id() == kSmaller);
    CHECK(visitor.identity.is_anonymous());
    CHECK(writes(visitor.effects) == Writes{"id=" + kSmaller});
    visitor.identity.renew_cookie(visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"cookie:id=" + kSmaller});
  }
  SECTION("in both, where another sub-domain has named the visitor since") {
    Visitor visitor(Persistence::both);
    start(visitor, "user_1", kSmaller.c_str());
    CHECK(visitor.identity.id() == "user_1");
    CHECK(writes(visitor.effects) == Writes{"id=user_1"});
  }
  SECTION("nowhere") {
    Visitor visitor(Persistence::memory);
    visitor.identity.read(kEntropy, visitor.effects);
    CHECK(visitor.effects.empty());
    CHECK(visitor.identity.is_known());
    CHECK(visitor.identity.is_anonymous());
  }
}

TEST_CASE("an id is plausible unless only a mistake makes it", "[identity]") {
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
