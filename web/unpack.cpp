// Puts the module together again that `embed` (embed.mjs) took apart into columns of numbers: there
// is what each column is, and why.
//
// A module of its own, of some hundred bytes, as JavaScript that runs for the first time takes
// twenty times as long for it. It needs no library: text comes in at `text`, and the module is
// behind it.

#include <cstdint>

namespace {

using Byte = unsigned char;

// Numbers of embed.mjs; a test packs and unpacks.
enum Column : std::uint32_t {
  general = 0,
  offset = 6,
  i32 = 7,
  i64 = 8,
  high = 9,
  real = 10,
  indirect = 11,
  table = 12,
  functions = 13,
  opcodes = 14,
  head = 15,
  data = 16,
  columns = 17,
};
constexpr std::uint32_t kFirst = 35;
constexpr std::uint32_t kBackslash = 92;
constexpr Byte kEscape = 126;
constexpr std::uint32_t kLast = 60;
constexpr std::uint32_t kMore = 31;
/// Bytes of a function's size: it is known only behind the function, and nothing must move then.
constexpr std::uint32_t kSize = 2;

/// Where each column is read next.
const Byte* places[columns];
/// Opcodes, each with its column and alignment, by how often they occur.
Byte opcode[256][3];
Byte* out;

// The next number of a column.
std::uint32_t next(std::uint32_t column) {
  const std::uint32_t code = *places[column]++;
  const std::uint32_t digit = code - kFirst - (code > kBackslash);
  return digit < kLast ? digit : digit - kLast + kMore * next(column);
}

std::int32_t zigzag(std::uint32_t column) {
  const std::uint32_t value = next(column);
  return static_cast<std::int32_t>(value >> 1 ^ (0 - (value & 1)));
}

// LEB128 (https://webassembly.github.io/spec/core/binary/values.html#integers)
void put(std::uint32_t value) {
  for (; value > 0x7F; value >>= 7) *out++ = static_cast<Byte>(value | 0x80);
  *out++ = static_cast<Byte>(value);
}

void put_signed(std::int64_t value) {
  for (;;) {
    const Byte byte = value & 0x7F;
    value >>= 7;
    // What is left says nothing but the sign.
    if (value == -(byte >> 6)) {
      *out++ = byte;
      return;
    }
    *out++ = byte | 0x80;
  }
}

}  // namespace

/// Returns the size of the module that the `size` bytes of `text` are; it begins behind them.
extern "C" __attribute__((export_name("unpack"))) std::uint32_t unpack(const Byte* text,
                                                                       std::uint32_t size) {
  const Byte* const end = text + size;
  std::uint32_t column = 0;
  places[0] = text;
  for (const Byte* at = text; at != end; ++at) {
    if (*at == '!') places[++column] = at + 1;
  }
  Byte* const begin = out = const_cast<Byte*>(end);
  const std::uint32_t count = next(general);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (Byte& fact : opcode[i]) fact = static_cast<Byte>(next(general));
  }
  for (std::uint32_t i = next(head); i > 0; --i) *out++ = static_cast<Byte>(next(head));
  put(next(functions));  // the section's size
  std::uint32_t left = next(functions);
  put(left);
  for (; left > 0; --left) {
    Byte* const body = out;
    out += kSize;
    std::uint32_t instructions = next(functions);
    const std::uint32_t locals = next(functions);
    put(locals / 2);
    for (std::uint32_t i = 0; i < locals; ++i) put(next(functions));
    for (; instructions > 0; --instructions) {
      const Byte* const fact = opcode[next(opcodes)];
      *out++ = fact[0];
      const std::uint32_t where = fact[1];
      if (where == i32) {
        put_signed(zigzag(i32));
      } else if (where == i64) {
        const std::uint64_t low = next(i64);
        put_signed(static_cast<std::int64_t>(low | static_cast<std::uint64_t>(zigzag(high)) << 32));
      } else if (where == real) {
        for (int i = 0; i < 8; ++i) *out++ = static_cast<Byte>(next(real));
      } else if (where != general) {
        std::uint32_t numbers = 1;
        if (where == offset) *out++ = fact[2];
        if (where == indirect) numbers = 2;
        if (where == table) {
          numbers = next(table);
          put(numbers++);
        }
        for (; numbers > 0; --numbers) put(next(where));
      }
    }
    const auto length = static_cast<std::uint32_t>(out - body) - kSize;
    body[0] = static_cast<Byte>(length | 0x80);
    body[1] = static_cast<Byte>(length >> 7);
  }
  while (places[data] != end) {
    const Byte byte = *places[data]++;
    *out++ = byte == kEscape ? static_cast<Byte>(next(data)) : byte;
  }
  return static_cast<std::uint32_t>(out - begin);
}
