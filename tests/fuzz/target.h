// What every fuzzer is made of: a function that takes any bytes, and stops the program where
// something does not hold. libFuzzer calls it with bytes that it makes up, the tests with those
// that were worth keeping (tests/fuzz/corpus).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace appizer::fuzz {

inline void expect(bool holds, const char* what, std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::fwrite(about.data(), 1, about.size(), stderr);
  std::fputc('\n', stderr);
  std::abort();
}

/// Takes an input apart. Behind its end there are zeros and empty texts.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return value;
  }

  std::uint32_t below(std::uint32_t end) { return byte() % end; }

  template <typename Number>
  Number number() {
    Number value{};
    const std::string_view bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  /// A text with its length before it: up to 200 bytes, or a multiple of 64.
  std::string_view text() {
    const std::size_t size = byte();
    return take(size <= 200 ? size : (size - 200) * 64);
  }

  /// What stands before the next `end`, which is passed over.
  std::string_view until(char end) {
    const std::string_view text = rest_.substr(0, std::min(rest_.find(end), rest_.size()));
    rest_.remove_prefix(std::min(text.size() + 1, rest_.size()));
    return text;
  }

  std::string_view rest() { return take(rest_.size()); }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(text.size());
    return text;
  }

  std::string_view rest_;
};

/// A fuzzer as the tests know it.
struct Fuzzer {
  const char* name;
  void (*play)(std::string_view bytes);
};

inline std::vector<Fuzzer>& fuzzers() {
  static std::vector<Fuzzer> all;
  return all;
}

}  // namespace appizer::fuzz

/// Registers the function `play_name` as the fuzzer `name`. The functions have different names
/// because the tests compile several fuzzers as one unit.
#ifdef APPIZER_FUZZ_ENGINE
#define APPIZER_FUZZER(name)                                                           \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) { \
    if (size > 0) play_##name({reinterpret_cast<const char*>(bytes), size});           \
    return 0;                                                                          \
  }
#else
#define APPIZER_FUZZER(name)                                  \
  static const bool name##_is_known = [] {                    \
    appizer::fuzz::fuzzers().push_back({#name, play_##name}); \
    return true;                                              \
  }();
#endif
