#include "identity.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

constexpr Entropy kEntropy{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
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
  Identity identity{"id"};
  Effects effects;

  bool restore(const char* note, const char* id) {
    const std::string note_text = note == nullptr ? "" : note;
    const std::string id_text = id == nullptr ? "" : id;
    identity.restore_note(note == nullptr ? nullptr : &note_text);
    return identity.restore(id == nullptr ? nullptr : &id_text, kEntropy, effects);
  }
};

}  // namespace

TEST_CASE("a new visitor gets an id, kept with the note that it was made here", "[identity]") {
  Visitor visitor;
  CHECK(visitor.restore(nullptr, nullptr));
  CHECK(visitor.identity.id() == kMade);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
}

TEST_CASE("a visitor who returns is who they were", "[identity]") {
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

TEST_CASE("an id that the page itself put into storage is nobody's to link", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, "set-by-the-page");
  CHECK(visitor.identity.set("user_123", visitor.effects) == Identity::Change::other_person);
}

TEST_CASE("a stored id that is no id is replaced", "[identity]") {
  Visitor visitor;
  const bool usable = visitor.restore(nullptr, "[object Object]");
  CHECK_FALSE(usable);
  CHECK(visitor.identity.id() == kMade);
  CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
}

TEST_CASE("an anonymous visitor is named once, then becomes somebody else", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::named);
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects) == Writes{"id=user_1", "-id.anonymous"});

  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());

  CHECK(visitor.identity.set("user_2", visitor.effects) == Identity::Change::other_person);
  CHECK(writes(visitor.effects) == Writes{"id=user_2"});
}

TEST_CASE("to be named by one's anonymous id is no change", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  CHECK(visitor.identity.set(kMade, visitor.effects) == Identity::Change::none);
  CHECK(visitor.identity.is_anonymous());
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("another tab's naming of the visitor is taken over", "[identity]") {
  Visitor visitor;
  visitor.restore(nullptr, nullptr);
  writes(visitor.effects);
  const std::string known = "user_1";
  CHECK(visitor.identity.restore(&known, kEntropy, visitor.effects));
  CHECK(visitor.identity.id() == "user_1");
  CHECK_FALSE(visitor.identity.is_anonymous());
  visitor.identity.restore_note(nullptr);
  CHECK(visitor.identity.set("user_1", visitor.effects) == Identity::Change::none);
  CHECK(writes(visitor.effects).empty());
}

TEST_CASE("when storage is emptied, the id stays and is written again", "[identity]") {
  SECTION("anonymous") {
    Visitor visitor;
    visitor.restore(nullptr, nullptr);
    writes(visitor.effects);
    visitor.identity.restore(nullptr, kEntropy, visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"id=" + kMade, "id.anonymous=" + kMade});
  }
  SECTION("named") {
    Visitor visitor;
    visitor.restore(nullptr, "user_1");
    visitor.identity.restore(nullptr, kEntropy, visitor.effects);
    CHECK(writes(visitor.effects) == Writes{"id=user_1"});
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
