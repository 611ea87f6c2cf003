#include "base/list.h"
#include "base/text.h"

#include <memory>
#include <vector>

#include "base/compare.h"
#include "catch.hpp"

using namespace appizer;

TEST_CASE("a list keeps its elements in order, however they come and go", "[list]") {
  List<String> list;
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    const std::size_t at = static_cast<std::size_t>(i * 7) % (list.size() + 1);
    list.insert(at, std::to_string(i));
    expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(at), std::to_string(i));
    if (i % 3 == 0) {
      const std::size_t gone = static_cast<std::size_t>(i) % list.size();
      list.erase(gone);
      expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    REQUIRE(list.size() == expected.size());
  }
  for (std::size_t i = 0; i < list.size(); ++i) CHECK(list[i] == expected[i]);
}

TEST_CASE("several elements are removed at once, or those that a test says", "[list]") {
  List<int> list{1, 2, 3, 4, 5, 6, 7};
  list.erase(1, 2);
  list.remove_if([](int number) { return number % 2 == 1; });
  REQUIRE(list.size() == 2);
  CHECK(list[0] == 4);
  CHECK(list.back() == 6);
  list.clear();
  CHECK(list.empty());
}

TEST_CASE("a list is copied and moved as a whole", "[list]") {
  List<String> list{"a", "b"};
  List<String> copy = list;
  list[0] = "changed";
  CHECK(copy[0] == "a");
  const List<String> moved = std::move(copy);
  CHECK(moved.size() == 2);
  list = moved;
  CHECK(list[0] == "a");
}

TEST_CASE("elements are destroyed once", "[list]") {
  auto counted = std::make_shared<int>(0);
  {
    List<std::shared_ptr<int>> list;
    for (int i = 0; i < 20; ++i) list.push_back(counted);
    CHECK(counted.use_count() == 21);
    list.erase(3, 5);
    CHECK(counted.use_count() == 16);
    list.remove_if([first = true](const auto&) mutable { return std::exchange(first, false); });
    CHECK(counted.use_count() == 15);
  }
  CHECK(counted.use_count() == 1);
}

TEST_CASE("the smaller, the larger, and the nearest within bounds", "[list]") {
  CHECK(min(1, 2) == 1);
  CHECK(max(1, 2) == 2);
  CHECK(clamp(5, 1, 3) == 3);
  CHECK(clamp(-5, 1, 3) == 1);
  CHECK(clamp(2, 1, 3) == 2);
}
