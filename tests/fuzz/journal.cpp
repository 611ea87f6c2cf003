// What is found in storage under a journal's key, which anybody can have written.
//
// The input is a segment's text. A line that starts with '#' gets the checksum that it would need:
// any script that can write to storage can compute it, and no fuzzer would ever guess one.
#include "delivery/journal.h"

#include <utility>

#include "fuzz/measure.h"
#include "fuzz/target.h"

namespace {

using namespace appizer;
using fuzz::expect;

std::string with_checksum(std::string_view line) {
  std::uint32_t hash = 2166136261U;
  for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", hash);
  return digits + std::string(line);
}

bool same(const Record& a, const Record& b) {
  return a.kind == b.kind && a.dropped == b.dropped && a.text == b.text && a.app == b.app;
}

void check_line(std::string_view line) {
  Record record;
  if (!from_line(line, record)) return;
  const std::string whole = std::string(std::string_view(record.text)) +
                            (record.kind == Kind::event ? R"(,"$lib":"x"}})" : R"(,"app_id":"x"})");
  expect(fuzz::is_object(whole), "a record that is read can be sent", whole);
  const std::string again = test::to_line(record);
  Record twice;
  expect(from_line(again, twice) && same(record, twice), "a record survives", line);
}

/// What storage has, by the journal's own account.
struct Shelf {
  std::vector<std::pair<std::string, std::string>> items;

  void take(Effects& effects) {
    while (!effects.empty()) {
      const Effect effect = effects.take();
      const std::string key(std::string_view(effect.text));
      std::erase_if(items, [&](const auto& item) { return item.first == key; });
      if (effect.kind == Effect::store) {
        items.emplace_back(key, std::string_view(effect.more));
      } else {
        expect(effect.kind == Effect::erase, "a journal only writes and removes", key);
      }
    }
  }
};

// Takes over a text into a journal that has other records, and counts.
void check_takeover(std::string_view text, fuzz::Input& choices) {
  Journal journal("p.", 'e');
  journal.set_document("me");
  Effects effects;
  Shelf shelf;
  std::size_t here = 0;
  const auto append = [&] {
    Record record;
    record.text = R"({"event_name":"own","properties":{"a":1)";
    journal.append(std::move(record));
    ++here;
  };
  std::uint32_t flight = 1;
  for (std::uint32_t i = choices.below(4); i > 0; --i) append();
  if (choices.byte() & 1) journal.take(flight++, 2, 1000, 10);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) +
                     (!text.empty() && text.back() != '\n');
  const std::size_t unreadable = journal.take_over("p.you.e0", text);
  expect(unreadable <= lines, "no more lines are unreadable than there are", text);
  here += lines - unreadable;
  expect(journal.size() == here, "what is readable is taken in", text);
  shelf.items.emplace_back("p.you.e0", text);
  journal.sync(effects, 0);
  shelf.take(effects);

  for (int step = 0; step < 40 && !choices.empty(); ++step) {
    const std::uint32_t which = 1 + choices.below(flight);
    switch (choices.below(9)) {
      case 0:
        append();
        break;
      case 1: {
        const auto records = journal.take(flight++, 1 + choices.below(5), 2000, 10);
        for (const Record* record : records) {
          expect(std::string_view(record->app) == std::string_view(records[0]->app),
                 "a flight is of one app");
        }
        break;
      }
      case 2:
        here -= journal.acknowledge(which);
        break;
      case 3:
        journal.put_back(which);
        break;
      case 4:
        here -= journal.give_up(which).size();
        break;
      case 5: {
        Record evicted;
        here -= journal.evict(evicted);
        break;
      }
      case 6:
        journal.handle_storage_cleared();
        break;
      case 7:
        journal.handle_store_failed(choices.byte() & 1 ? "p.you.e0" : "p.me.e0", step);
        break;
      default:
        journal.sync(effects, step * 1000);
        shelf.take(effects);
    }
    expect(journal.size() == here, "nothing comes or goes by itself");
    expect(journal.waiting() <= journal.size(), "what waits is here");
  }
  for (std::uint32_t i = 1; i < flight; ++i) journal.put_back(i);
  expect(journal.waiting() == here, "what was put back waits");
  // A write that failed is tried again later, and one at a time.
  for (std::size_t i = 0; i < here + 10; ++i) {
    journal.sync(effects, static_cast<Millis>(100'000 + i * 10'000));
    shelf.take(effects);
  }
  Journal successor("p.", 'e');
  successor.set_document("successor");
  for (const auto& [key, value] : shelf.items) {
    expect(successor.take_over(key, value) == 0, "what is written is readable", value);
  }
  expect(successor.size() == here, "all of it is written");
  expect(successor.bytes() == journal.bytes(), "as long as it was");
  std::size_t taken = 0;
  for (;;) {
    const auto records = successor.take(1, 100, 60'000, 0);
    if (records.empty()) break;
    taken += records.size();
    successor.acknowledge(1);
  }
  expect(taken == here && successor.size() == 0 && successor.bytes() == 0,
         "all of it is taken out again");
  successor.sync(effects, 0);
  shelf.take(effects);
  expect(shelf.items.empty(), "nothing is left in storage");
}

void play_journal(std::string_view bytes) {
  // The choices come first, as bytes without a line feed.
  fuzz::Input input(bytes);
  fuzz::Input choices(input.until('\n'));
  std::string text;
  while (!input.empty()) {
    const std::string_view line = input.until('\n');
    text += line.starts_with('#') ? with_checksum(line.substr(1)) : std::string(line);
    check_line(std::string_view(text).substr(text.rfind('\n') + 1));
    text += '\n';
  }
  check_takeover(text, choices);
  release_scratch();
}

}  // namespace

APPIZER_FUZZER(journal)
