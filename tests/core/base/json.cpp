#include "base/json.h"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

constexpr json::Limits kSmall{.depth = 3, .values = 6, .string = 8, .name = 4, .size = 64};
constexpr json::Limits kWide{
    .depth = 16, .values = 1000, .string = 1000, .name = 1000, .size = 100000};

bool starts_with_dollar(View name) { return !name.empty() && name[0] == '$'; }

json::Copy copied(std::string_view text, const json::Limits& limits = kWide) {
  json::Copy copy;
  REQUIRE(json::copy(scratch(text), limits, starts_with_dollar, copy));
  CHECK(is_json_object("{" + copy.members + "}"));
  return copy;
}

std::string written(std::string_view text) {
  String out;
  json::append_string(out, text);
  return out;
}

bool has_members(std::string_view text) {
  List<json::Member> members;
  return json::members(text, members);
}

bool can_be_copied(std::string_view text) {
  json::Copy copy;
  return json::copy(text, kWide, starts_with_dollar, copy);
}

}  // namespace

TEST_CASE("only an object is taken for an object", "[json]") {
  const auto text = GENERATE(
      values<std::string>({"{}", " { } ", R"({"a":1})", R"({"a":{"b":[1,{"c":null}]}})", "{\"\":1}",
                           "\t{\"a\"\n:\r1 }\n", R"({"a":1,"a":2})", R"({"a":-0.5e+7})"}));
  CAPTURE(text);
  CHECK(json::is_object(text));
  CHECK(has_members(text));
}

TEST_CASE("anything but exactly one valid object is refused", "[json]") {
  const auto text = GENERATE(values<std::string>({
      "",
      " ",
      "null",
      "[]",
      "1",
      "\"{}\"",
      "{",
      "}",
      "{}{}",
      "{} x",
      "{,}",
      R"({"a"})",
      R"({"a":})",
      R"({"a":1,})",
      R"({"a":1 "b":2})",
      R"({a:1})",
      R"({'a':1})",
      R"({"a":01})",
      R"({"a":+1})",
      R"({"a":.5})",
      R"({"a":1.})",
      R"({"a":NaN})",
      R"({"a":Infinity})",
      R"({"a":undefined})",
      R"({"a":[1,]})",
      R"({"a":[,1]})",
      R"({"a":[1}])",
      R"({"a":"\x41"})",
      R"({"a":"\u12"})",
      "{\"a\":\"\n\"}",
      "{\"a\":\"\xff\"}",
      "{\"a\":\"\xc0\xaf\"}",      // overlong
      "{\"a\":\"\xed\xa0\x80\"}",  // a surrogate as UTF-8
      "{/**/}",
  }));
  CAPTURE(text);
  CHECK_FALSE(json::is_object(text));
  CHECK_FALSE(has_members(text));
  CHECK_FALSE(can_be_copied(text));
}

TEST_CASE("a text does not end at a NUL byte", "[json]") {
  const auto text = GENERATE(values<std::string>({
      std::string("{\"a\":1}\0", 8),
      std::string("{\"a\":1}\0{}", 10),
      std::string("{\0}", 3),
  }));
  CHECK_FALSE(json::is_object(text));
  CHECK_FALSE(has_members(text));
  CHECK_FALSE(can_be_copied(text));
  CHECK(json::string(std::string("\"a\"\0", 4)).is_none());
}

TEST_CASE("nesting of any depth is read without recursion", "[json]") {
  const std::size_t depth = GENERATE(values<std::size_t>({100, 100000}));
  const std::string arrays = "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  const std::string objects = repeated("{\"a\":", depth) + "1" + std::string(depth, '}');
  CHECK(json::is_object(arrays));
  CHECK(json::is_object(objects));
  CHECK_FALSE(json::is_object(std::string(depth, '[')));
  CHECK_FALSE(json::is_object(repeated("{\"a\":", depth)));
  CHECK(copied(arrays).cut == std::vector<std::string>{"a"});
  CHECK(copied(objects).cut == std::vector<std::string>{"a"});
}

TEST_CASE("members are found by their name, as they stand in the text", "[json]") {
  constexpr std::string_view kText = R"({"a": 1.50 ,"b":{"c":[1, 2]},"d":"\u00e9","a":2})";
  CHECK(json::member(kText, "a") == "1.50");
  CHECK(json::member(kText, "b") == R"({"c":[1, 2]})");
  CHECK(json::member(kText, "d") == R"("\u00e9")");
  CHECK(json::member(kText, "c").is_none());
  CHECK(json::member("[]", "a").is_none());
  CHECK(json::member(R"({"\u0061":7})", "a") == "7");
  List<json::Member> members;
  REQUIRE(json::members(kText, members));
  CHECK(members.size() == 4);
}

TEST_CASE("scalars are read by type", "[json]") {
  CHECK(json::string(R"("a\nb\u20ac")") == "a\nb\xE2\x82\xAC");
  CHECK(json::string(" \"\" ") == "");
  CHECK_FALSE(json::string("\"\"").is_none());
  CHECK(json::string("a").is_none());
  CHECK(json::string("1").is_none());
  CHECK(json::string(R"("a" "b")").is_none());
  CHECK(json::string(R"("a)").is_none());
  CHECK(json::boolean("true") == json::Truth::yes);
  CHECK(json::boolean(" false ") == json::Truth::no);
  CHECK(json::boolean("null") == json::Truth::neither);
  CHECK(json::boolean("True") == json::Truth::neither);
  CHECK(json::boolean("1") == json::Truth::neither);
}

TEST_CASE("numbers are read in every form that JSON has", "[json]") {
  const auto [text, value] = GENERATE(table<const char*, double>({
      {"0", 0},
      {"-0", 0},
      {"7", 7},
      {"-12.5", -12.5},
      {" 60 ", 60},
      {"0.001", 0.001},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"25e-1", 2.5},
      {"1.5e2", 150},
      {"123456789012345", 123456789012345},
      {"25e303", 25e303},
      {"0e999", 0},
  }));
  CAPTURE(text);
  const auto read = json::number(text);
  CHECK(std::abs(read - value) <= std::abs(value) * 1e-12);
}

TEST_CASE("numbers beyond every bound are read as very large or very small", "[json]") {
  for (const std::string& text :
       {std::string("1e999999999999"), std::string(400, '9'), "1" + std::string(100000, '0')}) {
    CHECK(json::number(text) > 1e200);
    CHECK(json::number("-" + text) < -1e200);
  }
  CHECK(json::number("1e-999999999999") == 0);
  CHECK(json::number(std::string(340, '4') + "e-5554") == 0);
  CHECK(json::number("1" + std::string(2000, '0') + "e-2000") == Approx(1));
  CHECK(json::number(std::string(340, '9') + "e-340") == Approx(1));
  CHECK(json::number("0." + std::string(100000, '0') + "1") == 0);
}

TEST_CASE("text that is no number is not read as one", "[json]") {
  const auto text = GENERATE(values<std::string>(
      {"", "-", "1.", ".5", "+1", "0x10", "1 2", "1e", "\"1\"", "null", "[1]", "NaN", "1\x01"}));
  CAPTURE(text);
  CHECK(std::isnan(json::number(text)));
}

TEST_CASE("strings are written so that every reader takes them", "[json]") {
  CHECK(written("") == R"("")");
  CHECK(written("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(written(std::string("\0\n\x1f\x7f", 4)) == "\"\\u0000\\u000a\\u001f\x7f\"");
  CHECK(written("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82") ==
        "\"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82\"");
}

TEST_CASE("bytes that are not UTF-8 are written as U+FFFD", "[json]") {
  const auto text = GENERATE(values<std::string>({
      "\x80",              // continues nothing
      "\xC3",              // cut off
      "\xE2\x82",          // cut off
      "\xC0\xAF",          // overlong
      "\xE0\x80\x80",      // overlong
      "\xED\xA0\x80",      // a surrogate
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF8\x88\x80\x80\x80",
      "\xFF",
  }));
  const std::string out = written("a" + text + "b");
  CAPTURE(out);
  CHECK(contains(out, "\xEF\xBF\xBD"));
  const auto read = parsed(out);
  REQUIRE(read.is_string());
  CHECK(read.get<std::string>().front() == 'a');
  CHECK(read.get<std::string>().back() == 'b');
}

TEST_CASE("integers are written up to the ends of their range", "[json]") {
  String out;
  json::append_integer(out, 0);
  json::append_integer(out, std::numeric_limits<std::int64_t>::min());
  json::append_integer(out, std::numeric_limits<std::int64_t>::max());
  CHECK(out == "0-92233720368547758089223372036854775807");
}

TEST_CASE("text is shortened between characters", "[json]") {
  CHECK(json::clip("abc", 3) == "abc");
  CHECK(json::clip("abc", 2) == "ab");
  CHECK(json::clip("abc", 0) == "");
  CHECK(json::clip("a\xE2\x82\xAC", 3) == "a");
  CHECK(json::clip("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
  CHECK(json::clip("\x80\x80\x80", 2) == "");  // no character begins anywhere
}

TEST_CASE("an object within the limits is copied byte for byte", "[json]") {
  const auto members = GENERATE(values<std::string>({
      "",
      R"("a":1)",
      R"( "a" : 1.500 , "b" : [ ] )",
      R"("amount":29.990000000000002,"big":123456789012345678901234567890,"small":1E-7)",
      R"("\u0061":"\ud83d\ude42\/","b":"\t")",
      R"("a":1,"a":2)",
  }));
  const auto copy = copied("{" + members + "}");
  CHECK(copy.members == members);
  CHECK(copy.cut.empty());
  CHECK(copy.reserved.empty());
}

TEST_CASE("an empty object has no members, however it is written", "[json]") {
  CHECK(copied("{}").members.empty());
  CHECK(copied(" {  \n } ").members.empty());
}

TEST_CASE("a byte order mark before an object is no part of it", "[json]") {
  CHECK(copied("\xEF\xBB\xBF{\"a\":1}").members == R"("a":1)");
  CHECK(json::string("\xEF\xBB\xBF\"a\"") == "a");
}

TEST_CASE("a copy has no line feeds, so that it fits on one line", "[json]") {
  CHECK(copied("{\n  \"a\": 1,\n  \"b\": [\n    true\n  ]\n}").members == R"("a":1,"b":[true])");
}

TEST_CASE("half of a character that was cut in two costs that half, not the object", "[json]") {
  // What `'🙂'.slice(0, 1)` becomes in JSON.stringify.
  CHECK(copied(R"({"title":"hi \ud83d","n":1})").members == R"("title":"hi \ufffd","n":1)");
  CHECK(copied(R"({"a":"\ude42\ud83d\ude42\uD83D"})").members ==
        R"("a":"\ufffd\ud83d\ude42\ufffd")");
  CHECK(copied(R"({"a":"\\\ud800\\ud800"})").members == R"("a":"\\\ufffd\\ud800")");
  CHECK(copied(R"({"a":"\ud83d\ud83d\ude42"})").members == R"("a":"\ufffd\ud83d\ude42")");
  CHECK_FALSE(json::is_object(R"({"a":"\ud800"})"));  // such text is not sent on as it is
  CHECK_FALSE(can_be_copied(R"({"a":"\ud800)"));
  CHECK_FALSE(can_be_copied(R"({"a":"\ud8)"));
}

TEST_CASE("strings beyond the limit are shortened", "[json]") {
  const auto copy = copied(R"({"a":"12345678","b":"123456789","c":1})", kSmall);
  CHECK(copy.members == R"("a":"12345678","b":"12345678","c":1)");
  CHECK(copy.cut == std::vector<std::string>{"b"});
}

TEST_CASE("members whose names are too long are left out", "[json]") {
  const auto copy = copied(R"({"abcd":1,"abcde":{"x":1},"e":{"fghij":2,"k":3}})", kSmall);
  CHECK(copy.members == R"("abcd":1,"e":{"k":3})");
  CHECK(copy.cut == std::vector<std::string>{"abcde", "e"});
}

TEST_CASE("values nested too deeply are left out", "[json]") {
  const auto copy = copied(R"({"a":{"b":[1,{"c":2},[3]]},"d":4})", kSmall);
  CHECK(copy.members == R"("a":{"b":[1]},"d":4)");
  CHECK(copy.cut == std::vector<std::string>{"a"});
}

TEST_CASE("values beyond the number are left out", "[json]") {
  const auto copy = copied(R"({"a":[1,2,3],"b":4,"c":5,"d":6,"e":[7]})", kSmall);
  CHECK(copy.members == R"("a":[1,2,3],"b":4,"c":5)");
  CHECK(copy.cut == std::vector<std::string>{"d", "e"});
}

TEST_CASE("an object that is too large keeps its first members", "[json]") {
  constexpr json::Limits kShort{.depth = 3, .values = 50, .string = 50, .name = 9, .size = 40};
  SECTION("of strings") {
    const auto copy =
        copied(R"({"a":"123456789","b":"123456789012345678901234567890","c":2})", kShort);
    CHECK(copy.members == R"("a":"123456789","c":2)");
    CHECK(copy.cut == std::vector<std::string>{"b"});
  }
  SECTION("of strings that grow as they are escaped") {
    const auto copy =
        copied(R"({"a":1,"b":"\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001"})", kShort);
    CHECK(copy.members == R"("a":1)");
  }
  SECTION("of digits") {
    const auto copy = copied("{\"a\":1,\"b\":" + std::string(100, '9') + ",\"c\":2}", kShort);
    CHECK(copy.members == R"("a":1,"c":2)");
    CHECK(copy.cut == std::vector<std::string>{"b"});
  }
  SECTION("of members") {
    std::string text = "{\"a\":1";
    for (int i = 0; i < 20; ++i) text += ",\"b\":[]";
    const auto copy = copied(text + "}", kShort);
    CHECK(copy.members.size() + 2 <= kShort.size);
    CHECK(copy.cut == std::vector<std::string>{"b"});
  }
}

TEST_CASE("reserved names are left out of the outermost object, and only there", "[json]") {
  const auto copy = copied(R"({"$a":{"b":[1]},"c":{"$a":2},"\u0024d":3,"e":"$a"})");
  CHECK(copy.members == R"("c":{"$a":2},"e":"$a")");
  CHECK(copy.reserved == std::vector<std::string>{"$a", "$d"});
  CHECK(copy.cut.empty());
}

TEST_CASE("any object is copied to a valid one within the limits", "[json]") {
  // A small generator of JSON with a state of its own, so that a failure replays.
  std::uint32_t state = GENERATE(range(1U, 300U));
  const auto draw = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  std::string text = "{";
  std::string open = "}";
  bool first = true;
  for (int i = 0; i < 40; ++i) {
    if (open.size() > 1 && draw(4) == 0) {
      text += open.back();
      open.pop_back();
      first = false;
      continue;
    }
    if (!first) text += ',';
    first = false;
    if (open.back() == '}') text += written(std::string(draw(7), draw(2) == 0 ? '$' : 'n')) + ":";
    switch (draw(6)) {
      case 0:
        text += '{';
        open += '}';
        first = true;
        break;
      case 1:
        text += '[';
        open += ']';
        first = true;
        break;
      case 2:
        text += written(std::string(draw(30), static_cast<char>(draw(128))));
        break;
      case 3:
        text += std::string(1 + draw(30), '7');
        break;
      default:
        text += draw(2) == 0 ? "null" : "-1.5e3";
    }
  }
  while (!open.empty()) {
    text += open.back();
    open.pop_back();
  }
  CAPTURE(text);
  REQUIRE(is_json_object(text));
  const auto copy = copied(text, kSmall);
  CHECK(copy.members.size() + 2 <= kSmall.size);
  const auto whole = copied(text);
  CHECK(whole.cut.empty());
}
