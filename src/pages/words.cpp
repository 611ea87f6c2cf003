#include "pages/words.h"

#include <cstddef>

#include "pages/word_table.h"

namespace appizer {
namespace {

// The table has no words but a hash of each, which is half the bytes. As some fifty places in a
// text are looked up, one text in some thousand seems to have a word that it has not.
constexpr unsigned kHashBits = 27;
constexpr std::uint32_t kInside = 32;  // it may begin inside of a word
constexpr std::uint32_t kBase = 90;
constexpr std::size_t kSlots = 4096;
constexpr std::size_t kMostRead = 400;
constexpr std::size_t kLongestWord = 40;
// Letters that a word may have that is not known without saying something else: "su", "de la".
// Where each sign is a word, one.
constexpr std::size_t kShortFill = 3;

// The edges of a text and of its parts. A space is one between words.
constexpr char kEnd = '|';
constexpr char kBreak = '.';

bool is_edge(char c) { return c == kEnd || c == kBreak || c == ' '; }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }
// Of scripts that write without spaces, or have signs for syllables.
bool is_sign(char c) { return static_cast<unsigned char>(c) >= 0xE0; }

std::uint32_t step(std::uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(c)) * 16777619U;  // FNV-1a
}

/// The hashes with what each word says, made of the table when it is first asked for.
struct Table {
  Table() {
    std::uint32_t hash = 0;
    for (const char* at = kTable; at < kTable + kWords; ++at) {
      hash += (value(at) * kBase + value(at + kWords)) * kBase + value(at + 2 * kWords);
      std::size_t slot = hash % kSlots;
      while (says[slot] != 0) slot = (slot + 1) % kSlots;
      hashes[slot] = hash;
      says[slot] = static_cast<std::uint8_t>(value(at + 3 * kWords));
    }
  }

  /// What the word with this hash says: its `Word` and one, perhaps with `kInside`; 0 if there is
  /// none.
  std::uint32_t find(std::uint32_t hash) const {
    hash >>= 32 - kHashBits;
    std::size_t slot = hash % kSlots;
    while (says[slot] != 0 && hashes[slot] != hash) slot = (slot + 1) % kSlots;
    return says[slot];
  }

  // '\\' is no digit.
  static std::uint32_t value(const char* at) {
    return static_cast<std::uint32_t>(*at - '#' - (*at > '\\'));
  }

  std::uint32_t hashes[kSlots];
  std::uint8_t says[kSlots] = {};
};

const Table& table() {
  static const Table all;
  return all;
}

// Writes the text with a space between its words, `kBreak` where something ends, and `kEnd` around
// it. Returns the end.
char* space(View text, bool made, char* out) {
  *out++ = kEnd;
  const char* const first = out;
  char* begin = out;
  bool digits = false;
  char edge = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : kBreak;
    // Dashes, and punctuation of Chinese and Japanese: U+20.., U+30..
    const bool mark = i + 2 < text.size() && ((c == '\xE2' && text[i + 1] == '\x80') ||
                                              (c == '\xE3' && text[i + 1] == '\x80'));
    if (is_letter(c) || is_digit(c) || (is_wide(c) && !mark)) {
      if (edge != 0) {
        if (out > first) *out++ = edge;
        begin = out;
        edge = 0;
      }
      digits = digits || is_digit(c);
      *out++ = static_cast<char>(is_letter(c) ? c | 0x20 : c);
      continue;
    }
    if (edge == 0) {
      // Fields of a kind are numbered.
      while (out > begin && is_digit(out[-1])) --out;
      if (made && digits && out - begin <= 2) out = begin;
      digits = false;
    }
    const bool soft = c == '\xE2' || View(" -_'[].\"").find(c) != View::npos;
    if (edge != kBreak) edge = soft ? ' ' : kBreak;
    if (out == begin && begin > first) begin = --out;  // of a word nothing was left
    if (mark) i += 2;
  }
  *out++ = kEnd;
  return out;
}

// What words from `Word::lone` on say.
constexpr Word kLone[] = {Word::first,  Word::last, Word::name,
                          Word::secret, Word::code, Word::cancel};

constexpr std::uint32_t kSays = bit(Word::email) | bit(Word::phone) | bit(Word::first) |
                                bit(Word::last) | bit(Word::both) | bit(Word::organisation) |
                                bit(Word::other) | bit(Word::typed) | bit(Word::reading);

}  // namespace

Said::Said(View given, bool made) {
  if (given.empty()) return;
  char spaced[kMostRead + 2];
  const View text(
      spaced, static_cast<std::size_t>(space(given.substr(0, kMostRead), made, spaced) - spaced));
  const Table& words = table();
  // Of the part that is being read: what counts only if there is nothing else.
  std::uint32_t alone = 0;
  bool else_said = false;
  bool says_more = false;
  bool organisation = false;
  bool after = false;
  bool starts = true;
  // Letters of no word that is known, in a row, and whether they are the end of one that is.
  std::size_t unknown = 0;
  bool ending = false;
  for (std::size_t at = 1; at < text.size();) {
    if (is_edge(text[at])) {
      if (text[at] != ' ') {
        if (!else_said && !says_more) words_ |= alone;
        // What a program has put before it is of no meaning: "fields_company".
        says_more_ = says_more_ || (organisation && (made ? after : says_more));
        alone = 0;
        else_said = says_more = organisation = after = false;
      }
      starts = true;
      ending = false;
      unknown = 0;
      ++at;
      continue;
    }
    // The longest word that begins here. Spaces may be in it, wherever they are in the list.
    std::size_t end = 0;
    std::uint32_t found = 0;
    bool open = false;
    bool spaces = false;
    const bool sign = is_sign(text[at]);
    const bool middle = !is_edge(text[at - 1]);
    std::uint32_t hash = kSalt;
    for (std::size_t i = at;
         i < text.size() && i < at + kLongestWord && (text[i] == ' ' || !is_edge(text[i])); ++i) {
      if (text[i] == ' ') {
        if (!starts && !sign) break;
        spaces = true;
        continue;
      }
      hash = step(hash, text[i]);
      const std::size_t size = i + 1 - at;
      std::uint32_t one = is_edge(text[i + 1]) ? words.find(step(hash, kEnd)) : 0;
      const bool closed = one != 0;
      // No word that goes on is shorter. And "dit e…" is not what begins with "dite".
      if (!closed && size >= (spaces ? 6U : 3U)) one = words.find(hash);
      if (one == 0) continue;
      if (!sign) {
        if (!starts && one < kInside) continue;
        // The end of "electronico" is no "ico".
        if (middle && size < 4) continue;
      }
      end = i + 1;
      found = one;
      open = !closed;
    }
    if (end == 0) {
      // To the next letter.
      do ++at;
      while ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
      unknown += sign ? kShortFill : 1;
      if (!made && !ending) strange_ = true;
      if (unknown > kShortFill && !ending) {
        strange_ = says_more = true;
        after = after || organisation;
      }
      starts = false;
      continue;
    }
    unknown = 0;
    Word word = static_cast<Word>(found % kInside - 1);
    bool lone = word >= Word::lone;
    if (lone) {
      word = kLone[static_cast<std::size_t>(word) - static_cast<std::size_t>(Word::lone)];
      // "fullName[last]"
      lone = !(made && last_ == Word::both && word != Word::name);
    }
    if (lone) {
      alone |= bit(word);
      names_ = names_ || word == Word::name;
    } else {
      words_ |= bit(word);
      else_said = else_said || (word != Word::fill && word != Word::number);
      if ((kSays & bit(word)) != 0) last_ = word;
    }
    organisation = organisation || word == Word::organisation;
    at = end;
    // What follows a word that is complete begins as a word does, also where nothing separates
    // them.
    starts = true;
    ending = open && !is_sign(text[at]);
  }
}

}  // namespace appizer
