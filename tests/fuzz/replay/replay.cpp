// What the fuzzers have found worth keeping, played as tests. Needs no libFuzzer.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "fuzz/target.h"

using appizer::fuzz::Fuzzer;
using appizer::fuzz::fuzzers;

TEST_CASE("what a fuzzer has kept holds", "[fuzz]") {
  const auto which = GENERATE(range(0, static_cast<int>(fuzzers().size())));
  const Fuzzer& fuzzer = fuzzers()[static_cast<std::size_t>(which)];
  INFO(fuzzer.name);
  std::size_t played = 0;
  fuzzer.play({});
  const auto folder = std::filesystem::path("tests/fuzz/corpus") / fuzzer.name;
  REQUIRE(std::filesystem::is_directory(folder));
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    INFO(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    fuzzer.play(bytes);
    ++played;
  }
  CHECK(played > 0);
}
