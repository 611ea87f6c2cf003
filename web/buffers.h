// What the exports of both modules stand on, a page's (abi.cpp) and a server's (server_abi.cpp):
// the two buffers, and the moment of a call.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/compare.h"
#include "base/ids.h"
#include "base/moment.h"
#include "base/text.h"

namespace {

using namespace appizer;

String input;
String output;

Millis millis(double time) {
  constexpr double kEnd = static_cast<double>(kFurthest);
  if (!(time > -kEnd)) return 0;  // NaN as well
  return static_cast<Millis>(min(time, kEnd));
}

Moment now;

const Moment& at(double monotonic, double wall) {
  now = {millis(monotonic), millis(wall)};
  return now;
}

// The next text of the input, after `offset` bytes of others.
View text(std::uint32_t size, std::uint32_t offset = 0) {
  if (offset > input.size() || size > input.size() - offset) __builtin_trap();
  return {input.data() + offset, size};
}

View text_or_none(std::int32_t size, std::uint32_t offset = 0) {
  return size < 0 ? View::none() : text(static_cast<std::uint32_t>(size), offset);
}

// Random bytes of the input, after `offset` bytes of others.
Entropy entropy(std::uint32_t offset) {
  Entropy bytes;
  std::memcpy(bytes.bytes, text(sizeof bytes, offset).data(), sizeof bytes);
  return bytes;
}

}  // namespace
