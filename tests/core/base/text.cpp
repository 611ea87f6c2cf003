// src/text.h; beside it stands tests/core/text.h, which is something else.
#include <limits>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;

TEST_CASE("a view is a part of another text", "[text]") {
  const View view = "plan_chosen";
  CHECK(view.substr(5) == "chosen");
  CHECK(view.substr(0, 4) == "plan");
  CHECK(view.substr(5, 100) == "chosen");
  CHECK(view.substr(100).empty());
  CHECK(View().empty());
  CHECK_FALSE(View().is_none());
  CHECK(View::none().is_none());
  CHECK(View::none().empty());
  View rest = view;
  rest.remove_prefix(5);
  rest.remove_suffix(3);
  CHECK(rest == "cho");
}

TEST_CASE("what is in a text is found", "[text]") {
  const View view = "a=1&b=2";
  CHECK(view.find('=') == 1);
  CHECK(view.find('=', 2) == 5);
  CHECK(view.find('x') == View::npos);
  CHECK(view.find("b=") == 4);
  CHECK(view.find("b=3") == View::npos);
  CHECK(view.find("", 7) == 7);
  CHECK(view.find("", 8) == View::npos);
  CHECK(view.find(std::string(20, 'x')) == View::npos);
  CHECK(view.rfind('=') == 5);
  CHECK(view.rfind('x') == View::npos);
  CHECK(view.find_first_of("&=") == 1);
  CHECK(view.find_last_of("a=", 4) == 1);
  CHECK(view.find_last_of("&", 3) == 3);
  CHECK(view.starts_with("a="));
  CHECK_FALSE(view.starts_with("a=1&b=2&"));
  CHECK(view.ends_with("=2"));
  CHECK_FALSE(view.ends_with("xa=1&b=2"));
  CHECK(View("").find('a') == View::npos);
}

TEST_CASE("a string owns what it holds", "[text]") {
  String text = "plan";
  const String copy = text;
  text += '_';
  text += "chosen";
  CHECK(text == "plan_chosen");
  CHECK(copy == "plan");
  String moved = std::move(text);
  CHECK(moved == "plan_chosen");
  moved = View(moved).substr(5);  // a part of itself
  CHECK(moved == "chosen");
  moved.append(moved);
  CHECK(moved == "chosenchosen");
  moved.resize(6);
  CHECK(moved == "chosen");
  moved.resize(8);
  CHECK(moved == std::string("chosen\0\0", 8));
  moved.clear();
  CHECK(moved.empty());
  moved = "again";
  CHECK(moved == "again");
}

TEST_CASE("a part of a string is replaced by a shorter or a longer one", "[text]") {
  String text = "id=1&x";
  text.replace(3, 1, "1234");
  CHECK(text == "id=1234&x");
  text.replace(0, 8, "");
  CHECK(text == "x");
  text.replace(1, 0, "yz");
  CHECK(text == "xyz");
}

TEST_CASE("a string that grows byte by byte is right at every size", "[text]") {
  String text;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    text += static_cast<char>('a' + i % 26);
    expected += static_cast<char>('a' + i % 26);
    REQUIRE(text == expected);
  }
}

TEST_CASE("scratch text stays valid until it is released", "[text]") {
  release_scratch();
  View views[50];
  for (int i = 0; i < 50; ++i) views[i] = scratch(std::to_string(i) + " is kept");
  for (int i = 0; i < 50; ++i) CHECK(views[i] == std::to_string(i) + " is kept");
  release_scratch();
}

TEST_CASE("words are found in a list by their place, pieces of a list in a text", "[text]") {
  CHECK(place_in("mark drop keep", "mark") == 0);
  CHECK(place_in("mark drop keep", "keep") == 2);
  CHECK(place_in("mark drop keep", "mar") == -1);
  CHECK(place_in("mark drop keep", "") == -1);
  CHECK(has_any("a headless browser", "bot|headless"));
  CHECK(has_any("robot", "bot|headless"));
  CHECK_FALSE(has_any("head|less", "bot|headless"));
  CHECK_FALSE(has_any("", "bot|headless"));
}

TEST_CASE("integers are taken from the front of a text", "[text]") {
  const auto [text, value, rest] = GENERATE(table<std::string, std::int64_t, std::string>({
      {"0", 0, ""},
      {"17 x", 17, " x"},
      {"-5", -5, ""},
      {"007", 7, ""},
      {"9007199254740992,", 9007199254740992, ","},
  }));
  View view = text;
  std::int64_t read = 0;
  CHECK(take_integer(view, read));
  CHECK(read == value);
  CHECK(view == rest);
}

TEST_CASE("text that is no integer, or too large, is left in place", "[text]") {
  const auto text = GENERATE(values<std::string>(
      {"", "-", "+1", " 1", "x", "--1", "99999999999999999999", "-99999999999999999999"}));
  View view = text;
  std::int64_t read = 42;
  CHECK_FALSE(take_integer(view, read));
  CHECK(read == 42);
  CHECK(view == text);
}

TEST_CASE("texts are taken up to a separator", "[text]") {
  View rest = "a\n\nb";
  CHECK(take_until(rest, '\n') == "a");
  CHECK(take_until(rest, '\n').empty());
  CHECK(take_until(rest, '\n') == "b");
  CHECK(rest.empty());
}

TEST_CASE("a word is listed only as a whole", "[text]") {
  CHECK(lists("pdf doc docx", "doc"));
  CHECK(lists(" pdf doc ", "pdf"));
  CHECK_FALSE(lists("pdf docx", "doc"));
  CHECK_FALSE(lists("pdf docx", "pd"));
  CHECK_FALSE(lists("pdf doc", "pdf doc"));
  CHECK_FALSE(lists(" pdf  doc ", ""));
}

TEST_CASE("hexadecimal digits are read and written", "[text]") {
  CHECK(hex_digit('0') == 0);
  CHECK(hex_digit('9') == 9);
  CHECK(hex_digit('a') == 10);
  CHECK(hex_digit('F') == 15);
  for (const char c : std::string("/:@G`g")) CHECK(hex_digit(c) == -1);
  String out;
  for (const unsigned byte : {0U, 15U, 16U, 255U}) append_hex(out, byte);
  CHECK(out == "000f10ff");
}

TEST_CASE("only ASCII letters are lowered", "[text]") {
  CHECK(lower("AbZ[\xC3\x84") == "abz[\xC3\x84");
}
