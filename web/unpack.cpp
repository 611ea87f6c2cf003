// Puts the module together again that `embed` (embed.mjs) took apart into columns of numbers: there
// is what each column is, and why.
//
// A module of its own, of a thousand bytes, as JavaScript that runs for the first time takes many
// times as long for it. It needs no library: text comes in at `text`, and the module is behind it.
// It runs once, as a browser's quickest compiler leaves it, which optimises nothing and keeps
// nothing in registers across calls: so what is done for every instruction is here without calls,
// and what is rare is not.

#include <cstdint>

namespace {

using Byte = unsigned char;

// Numbers of embed.mjs; a test packs and unpacks.
enum Column : std::uint32_t {
  general = 0,
  opcodes = 4,
  offset = 7,
  i32 = 8,
  i64 = 9,
  high = 10,
  real = 11,
  indirect = 12,
  table = 13,
  functions = 14,
  head = 15,
  data = 16,
  columns = 17,
};
constexpr std::uint32_t kFirst = 35;
constexpr Byte kEscape = 126;
constexpr std::uint32_t kLast = 57;
constexpr std::uint32_t kMore = 34;
/// The first digit that more follow; the backslash is between.
constexpr std::uint32_t kMoreFirst = kLast + 1;
/// Bytes of a function's size: it is known only behind the function, and nothing must move then.
constexpr std::uint32_t kSize = 2;

/// Where each column is read next.
const Byte* places[columns];
/// Opcodes, each with its column and alignment, by how often they occur.
Byte opcode[256][4];

// The next number of a column.
__attribute__((noinline)) std::uint32_t next(std::uint32_t column) {
  const Byte* at = places[column];
  std::uint32_t value = 0;
  for (std::uint32_t weight = 1;; weight *= kMore) {
    const std::uint32_t digit = *at++ - kFirst;
    if (digit < kLast) {
      places[column] = at;
      return value + weight * digit;
    }
    value += weight * (digit - kMoreFirst);
  }
}

std::int32_t zigzag(std::uint32_t column) {
  const std::uint32_t value = next(column);
  return static_cast<std::int32_t>(value >> 1 ^ (0 - (value & 1)));
}

// LEB128 (https://webassembly.github.io/spec/core/binary/values.html#integers)
__attribute__((noinline)) Byte* put(Byte* out, std::uint32_t value) {
  for (; value > 0x7F; value >>= 7) *out++ = static_cast<Byte>(value | 0x80);
  *out++ = static_cast<Byte>(value);
  return out;
}

__attribute__((noinline)) Byte* put_signed(Byte* out, std::int64_t value) {
  for (;;) {
    const Byte byte = value & 0x7F;
    value >>= 7;
    // What is left says nothing but the sign.
    if (value == -(byte >> 6)) {
      *out++ = byte;
      return out;
    }
    *out++ = byte | 0x80;
  }
}

}  // namespace

/// Returns the size of the module that the text from `text` to `end` is; it begins behind it.
extern "C" __attribute__((export_name("unpack"))) std::uint32_t unpack(const Byte* text,
                                                                       const Byte* end) {
  places[general] = text;
  // From the last to the first, so that it need not be known where this one ends.
  const Byte* start = end;
  for (std::uint32_t column = data; column > general; --column) {
    places[column] = start -= next(general);
  }
  auto* const begin = const_cast<Byte*>(end);
  Byte* out = begin;
  std::uint32_t left = next(general);
  for (Byte* at = opcode[0]; left > 0; --left, ++at) {
    for (int fact = 0; fact < 3; ++fact) *at++ = static_cast<Byte>(next(general));
  }
  for (left = next(head); left > 0; --left) *out++ = static_cast<Byte>(next(head));
  out = put(out, next(functions));  // the section's size
  left = next(functions);
  out = put(out, left);
  for (; left > 0; --left) {
    Byte* const body = out;
    out += kSize;
    std::uint32_t instructions = next(functions);
    std::uint32_t locals = next(functions);
    out = put(out, locals / 2);
    for (; locals > 0; --locals) out = put(out, next(functions));
    const Byte* code = places[opcodes];
    for (; instructions > 0; --instructions) {
      std::uint32_t digit = *code++ - kFirst;
      if (digit >= kLast) {
        places[opcodes] = code - 1;
        digit = next(opcodes);
        code = places[opcodes];
      }
      const Byte* const fact = opcode[digit];
      *out++ = fact[0];
      const std::uint32_t where = fact[1];
      if (where == general) continue;
      if (where == offset) *out++ = fact[2];
      if (where < i32) {
        // Most are one digit, and one byte.
        digit = *places[where] - kFirst;
        if (digit < kLast) {
          ++places[where];
          *out++ = static_cast<Byte>(digit);
        } else {
          out = put(out, next(where));
        }
      } else if (where == i32) {
        out = put_signed(out, zigzag(i32));
      } else if (where == i64) {
        const std::uint64_t low = next(i64);
        out = put_signed(
            out, static_cast<std::int64_t>(low | static_cast<std::uint64_t>(zigzag(high)) << 32));
      } else if (where == real) {
        for (int i = 0; i < 8; ++i) *out++ = static_cast<Byte>(next(real));
      } else {
        std::uint32_t numbers = 2;
        if (where == table) {
          numbers = next(table);
          out = put(out, numbers++);
        }
        for (; numbers > 0; --numbers) out = put(out, next(where));
      }
    }
    places[opcodes] = code;
    const auto length = static_cast<std::uint32_t>(out - body) - kSize;
    body[0] = static_cast<Byte>(length | 0x80);
    body[1] = static_cast<Byte>(length >> 7);
  }
  for (const Byte* at = places[data]; at != end;) {
    const Byte byte = *at++;
    *out++ = byte;
    if (byte != kEscape) continue;
    places[data] = at;
    out[-1] = static_cast<Byte>(next(data));
    at = places[data];
  }
  return static_cast<std::uint32_t>(out - begin);
}
