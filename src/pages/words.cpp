#include "pages/words.h"

#include <cstddef>

#include "base/compare.h"
#include "pages/word_table.h"

namespace appizer {
namespace {

// What stands in front of a group of words, beside its class.
constexpr unsigned kOpenStart = 1;
constexpr unsigned kOpenEnd = 2;
constexpr unsigned kAlone = 4;

constexpr std::size_t kMostWords = 3072;
constexpr std::size_t kBuckets = 1024;
// Letters that a word may have that is not known without saying something else: "su", "de la".
// Where each sign is a word, one.
constexpr std::size_t kShortFill = 3;

// The edges of a text and of its parts. A space is one between words.
constexpr char kEnd = '|';
constexpr char kBreak = '.';

bool is_edge(char c) { return c == kEnd || c == kBreak || c == ' '; }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t bucket(View text) {
  // In "e mail" the text may have the second letter elsewhere.
  const char second = text[1] == ' ' ? text[2] : text[1];
  return (static_cast<unsigned char>(text[0]) * 31U + static_cast<unsigned char>(second)) %
         kBuckets;
}

/// The table, found by the first two bytes of a word. Built when it is first asked for.
struct Table {
  struct Entry {
    std::uint16_t at;
    std::uint16_t next;
    std::uint8_t size;
    std::uint8_t group;
  };
  Entry entries[kMostWords];
  std::uint16_t heads[kBuckets] = {};
  std::uint16_t count = 1;  // 0 ends a list

  Table() {
    std::uint8_t group = 0;
    const View all(kWords, sizeof kWords - 1);
    for (std::size_t at = 1; at < all.size();) {
      if (all[at] == '\1') {
        group = static_cast<std::uint8_t>((all[at + 1] - 'A') * 8 + (all[at + 2] - '0'));
        at += 3;
      }
      const std::size_t end = min(all.find('/', at), all.size());
      std::uint16_t& head = heads[bucket(all.substr(at, 3))];
      entries[count] = {static_cast<std::uint16_t>(at), head, static_cast<std::uint8_t>(end - at),
                        group};
      head = count++;
      at = end + 1;
    }
  }
};

const Table& table() {
  static const Table all;
  return all;
}

// The text with a space between its words, `kBreak` where something ends, and `kEnd` around it.
View spaced(View text, bool made) {
  String& out = scratch("|");
  out.reserve(text.size() + 4);
  std::size_t begin = 1;
  bool digits = false;
  char edge = 0;
  const auto end_word = [&] {
    // Fields of a kind are numbered.
    while (out.size() > begin && is_digit(out.back())) out.pop_back();
    if (made && out.size() - begin <= (digits ? 2U : 0U)) out.resize(begin);
    digits = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    const bool dash = text.substr(i, 2) == "\xE2\x80";
    const bool stop = text.substr(i, 2) == "\xE3\x80";
    if (is_lower(c) || is_digit(c) || (is_wide(c) && !dash && !stop)) {
      if (edge != 0 && out.size() > 1) out += edge;
      if (edge != 0) begin = out.size();
      edge = 0;
      digits = digits || is_digit(c);
      out += c;
      continue;
    }
    if (dash || stop) i += 2;
    if (edge == 0) end_word();
    const bool soft = dash || c == ' ' || c == '-' || c == '_' || c == '\'' || c == '[' ||
                      c == ']' || c == '.' || c == '"';
    if (edge != kBreak) edge = soft ? ' ' : kBreak;
    if (out.size() == begin && begin > 1) {
      out.pop_back();  // of a word nothing was left
      begin = out.size();
    }
  }
  if (edge == 0) end_word();
  if (out.size() > 1 && is_edge(out.back())) out.pop_back();
  out += kEnd;
  return out;
}

// The end of `word` in `text` at `at`, 0 if it is not there. Where the word has a space the text
// may have one.
std::size_t end_of(View text, std::size_t at, View word) {
  for (const char c : word) {
    if (text[at] == c) {
      ++at;
    } else if (c != ' ') {
      return 0;
    }
  }
  return at;
}

bool says_what(Word word) {
  constexpr std::uint32_t kSays = bit(Word::email) | bit(Word::phone) | bit(Word::first) |
                                  bit(Word::last) | bit(Word::both) | bit(Word::organisation) |
                                  bit(Word::other) | bit(Word::typed) | bit(Word::reading);
  return (kSays & bit(word)) != 0;
}

}  // namespace

Said::Said(View given, bool made) {
  if (given.empty()) return;
  const View text = spaced(given, made);
  const Table& words = table();
  // Of the part that is being read: what counts only if there is nothing else.
  std::uint32_t alone = 0;
  bool else_said = false;
  bool says_more = false;
  bool starts = true;
  // Letters of no word that is known, in a row, and whether they are the end of one that is.
  std::size_t unknown = 0;
  bool ending = false;
  bool organisation = false;
  const auto end_part = [&] {
    if (!else_said && !says_more) words_ |= alone;
    says_more_ = says_more_ || (organisation && says_more);
    alone = 0;
    else_said = says_more = organisation = false;
  };
  for (std::size_t at = 1; at + 1 < text.size();) {
    if (is_edge(text[at])) {
      if (text[at] == kBreak) {
        end_part();
      }
      starts = true;
      ending = false;
      unknown = 0;
      ++at;
      continue;
    }
    // The longest word that begins here.
    std::size_t end = 0;
    unsigned group = 0;
    for (std::uint16_t i = words.heads[bucket(text.substr(at, 3))]; i != 0;
         i = words.entries[i].next) {
      const Table::Entry& entry = words.entries[i];
      if (!starts && (entry.group & kOpenStart) == 0) continue;
      const std::size_t found = end_of(text, at, View(kWords + entry.at, entry.size));
      if (found > end && ((entry.group & kOpenEnd) != 0 || is_edge(text[found]))) {
        end = found;
        group = entry.group;
      }
    }
    if (end == 0) {
      // To the next letter.
      const bool sign = static_cast<unsigned char>(text[at]) >= 0xE0;
      do ++at;
      while (is_continuation(text[at]));
      unknown += sign ? kShortFill : 1;
      if (unknown > kShortFill && !ending) says_more = true;
      starts = false;
      continue;
    }
    unknown = 0;
    const Word word = static_cast<Word>(group / 8);
    names_ = names_ || word == Word::name;
    if ((group & kAlone) != 0) {
      alone |= bit(word);
    } else {
      words_ |= bit(word);
      else_said = else_said || (word != Word::fill && word != Word::number);
    }
    if (says_what(word) && (group & kAlone) == 0) last_ = word;
    organisation = organisation || word == Word::organisation;
    at = end;
    // What follows a word that is complete begins as a word does, also where nothing separates
    // them.
    starts = true;
    ending = (group & kOpenEnd) != 0 && static_cast<unsigned char>(text[at]) < 0xE0;
  }
  end_part();
}

}  // namespace appizer
