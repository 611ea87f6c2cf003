// The simulated world as a module for a page that shows it (play.mjs): it is opened with a seed, steps on, is broken by
// buttons, and describes itself as JSON. Text crosses in one buffer, whose content stands until the next call.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sim/rng.h"
#include "sim/world.h"

#define PLAY_EXPORT(name) __attribute__((export_name(#name), used))

namespace {

using namespace sim;

std::unique_ptr<Plan> plan;
std::unique_ptr<World> world;
std::string output;
std::string input;
bool ended = false;
std::uint64_t drawn = 0;

/// What is watched, and the words of a violation that belong to it. The first row that fits counts.
struct Invariant {
  std::string_view name;
  bool in_the_end;  // known only when everything has healed
  std::string_view words;
};
constexpr std::array kInvariants = {
    Invariant{"Nothing is sent twice without a cause", false,
              "sent twice|sent again|reported twice|have the same $event_id|$event_id than|one $seq|"
              "sent after it was reported|no page tracked"},
    Invariant{"Order is kept", false, "overtakes|came before its user"},
    Invariant{"Stored before it is sent, by its owner alone", false,
              "sent before it was stored|rewrites|bytes to append|writes a segment|storage works again"},
    Invariant{"No page is silent while it has something to send", false,
              "is silent for|waits because of another|did not start"},
    Invariant{"The server's pauses and the page's time are respected", false,
              "jitter|never sent|never stops asking|gives up a request|waits too long|twenty waits|spins|"
              "requests without end|before the time that|in recovery|the bucket|sent too often|"
              "sent while leaving|sooner after| ms"},
    Invariant{"Caps and quotas hold", false, "more in storage|more is left with|malformed|a large |more than |too much at once|"
              "two requests of one page|was not split|without content"},
    Invariant{"Consent is obeyed", false, "consent|decision"},
    Invariant{"Nothing is lost", true,
              "lost: |left in storage|$dropped|reported as|reported an undamaged|$seq"},
    Invariant{"Every id, session and view is right", true,
              "user|id |ids|storage has|begins as|alias|linked|session|view|named|visitor|time than"},
    Invariant{"In the end everything rests", true,
              "at rest|does not sleep|still waits|recovery lock|flush|leaves and keeps"},
};

bool fits(std::string_view violation, std::string_view words) {
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find('|', begin), words.size());
    if (violation.find(words.substr(begin, end - begin)) != std::string_view::npos) return true;
    begin = end + 1;
  }
  return false;
}

void text(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  output += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      output += '\\';
      output += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      output += "\\u00";
      output += kHex[byte >> 4];
      output += kHex[byte & 15];
    } else {
      output += c;
    }
  }
  output += '"';
}

void name(std::string_view name) {
  if (output.back() != '{' && output.back() != '[') output += ',';
  text(name);
  output += ':';
}
void next() {
  if (output.back() != '[') output += ',';
}
void member(std::string_view key, std::string_view value) {
  name(key);
  text(value);
}
void member(std::string_view key, Millis value) {
  name(key);
  output += std::to_string(value);
}
void flag(std::string_view key, bool value) {
  name(key);
  output += value ? "true" : "false";
}

void tabs() {
  name("tabs");
  output += '[';
  for (const Tab& tab : world->tabs()) {
    next();
    output += '{';
    member("cached", static_cast<Millis>(tab.cached.size()));
    if (tab.current != kNoPage) {
      const Document& page = world->page(tab.current);
      member("document", page.id());
      member("site", page.site());
      member("state", !page.runs()      ? "waits to start"
                      : page.frozen()   ? "frozen"
                      : page.visible() ? "visible"
                                        : "hidden");
      flag("online", page.online());
      member("user", page.user());
      flag("consent", page.consent() == appizer::Consent::granted);
      flag("leader", world->locks.holds(page.id(), page.prefix() + "r"));
      const Millis wake = page.runs() ? page.next_wake() : -1;
      member("wake", wake);
    }
    output += '}';
  }
  output += ']';
}

/// Where a record is now.
std::string_view place_of(const Entry& entry, Tag tag) {
  if (entry.is_stored()) return "server";
  if (entry.reported) return "reported";
  if (entry.harmed >= 0) return "damaged";
  if (entry.unsaved || entry.withdrawn || entry.repeated || !entry.expected) return "ended";
  if (entry.last_send != UINT32_MAX && world->sends[entry.last_send].state == Send::flying) {
    return "network";
  }
  return world->ledger.persisted(tag) ? "storage" : "memory";
}

void records(std::size_t most) {
  const std::size_t size = world->ledger.size();
  name("records");
  output += '[';
  for (std::size_t i = size - std::min(size, most); i < size; ++i) {
    const auto tag = static_cast<Tag>(i);
    const Entry& entry = world->ledger.entry(tag);
    if (entry.kind == Entry::alias && !entry.expected) continue;
    next();
    output += '{';
    member("name", world->ledger.word(tag));
    member("document", entry.document);
    member("place", place_of(entry, tag));
    member("copies", entry.copies);
    output += '}';
  }
  output += ']';
  Millis stored = 0;
  for (std::size_t i = 0; i < size; ++i) {
    stored += world->ledger.entry(static_cast<Tag>(i)).is_stored();
  }
  member("stored", stored);
  member("tracked", static_cast<Millis>(size));
}

void requests(std::size_t most) {
  const auto& sends = world->sends;
  name("requests");
  output += '[';
  for (std::size_t i = sends.size() - std::min(sends.size(), most); i < sends.size(); ++i) {
    const Send& send = sends[i];
    constexpr std::string_view kStates[] = {"on its way", "acknowledged", "failed",     "refused",
                                            "given up",   "orphaned",     "handed over"};
    next();
    output += '{';
    member("number", static_cast<Millis>(i + 1));
    member("document", send.document);
    member("lane", send.lane == events ? "events" : "users");
    member("records", static_cast<Millis>(send.records()));
    member("status", send.status);
    flag("stored", send.stored);
    member("state", kStates[send.state]);
    output += '}';
  }
  output += ']';
}

void storage() {
  constexpr std::string_view kHealths[] = {"works", "refuses to write", "throws"};
  name("storage");
  output += '{';
  member("health", kHealths[static_cast<std::size_t>(world->storage.health())]);
  name("keys");
  output += '[';
  for (const auto& [key, value] : world->storage.items()) {
    next();
    output += '{';
    member("key", key);
    member("size", static_cast<Millis>(value.size()));
    output += '}';
  }
  output += "]}";
}

void invariants(std::string_view violation) {
  name("invariants");
  output += '[';
  bool found = violation.empty();
  for (const Invariant& one : kInvariants) {
    const bool violated = !found && fits(violation, one.words);
    found = found || violated;
    next();
    output += '{';
    member("name", one.name);
    member("state", violated                                     ? "violated"
                    : one.in_the_end && !(ended && violation.empty()) ? "known in the end"
                                                                  : "holds");
    output += '}';
  }
  output += ']';
  flag("other", !found);
}

/// Dice whose first throw out of 100 is in this range: which kind of a fault an action is.
std::uint64_t dice(std::uint32_t low, std::uint32_t high) {
  for (;;) {
    const std::uint32_t first = Rng(++drawn).below(100);
    if (first >= low && first < high) return drawn;
  }
}

struct Button {
  std::string_view name;
  Do what;
  std::uint32_t low = 0;
  std::uint32_t high = 100;
};
/// In the order of the page's buttons. The throws are those of Network::change, Server::change and
/// World::change_storage.
constexpr std::array kButtons = {
    Button{"open", Do::open, 10},
    Button{"track", Do::track, 0, 70},
    Button{"track a lot", Do::track, 70},
    Button{"name", Do::name},
    Button{"hide", Do::hide},
    Button{"show", Do::show},
    Button{"navigate", Do::navigate},
    Button{"back", Do::back},
    Button{"reload", Do::reload},
    Button{"freeze", Do::freeze},
    Button{"close", Do::close},
    Button{"crash", Do::crash},
    Button{"network down", Do::network, 35, 55},
    Button{"network slow", Do::network, 55, 70},
    Button{"network cuts", Do::network, 70},
    Button{"network up", Do::network, 0, 35},
    Button{"server 429", Do::server, 30, 50},
    Button{"server 5xx", Do::server, 50, 70},
    Button{"server 403", Do::server, 70, 78},
    Button{"server fine", Do::server, 0, 30},
    Button{"storage refuses", Do::storage, 40, 80},
    Button{"storage throws", Do::storage, 80},
    Button{"storage works", Do::storage, 0, 40},
    Button{"clear storage", Do::clear, 0, 60},
    Button{"damage storage", Do::corrupt},
    Button{"set the clock", Do::set_clock},
    Button{"sleep", Do::sleep, 20},
};

}  // namespace

extern "C" {

/// Opens what a seed determines. `free`: without the actions of its plan.
PLAY_EXPORT(play_open)
void play_open(double seed, std::int32_t free) {
  world.reset();
  plan = std::make_unique<Plan>(make_plan(static_cast<std::uint64_t>(seed)));
  if (free != 0) {
    // An ordinary site with three tabs, in which only the buttons do anything.
    Plan ordinary;
    ordinary.seed = plan->seed;
    ordinary.tabs = 3;
    ordinary.features.set(Feature::silence, true);
    ordinary.features.set(Feature::links, true);
    ordinary.features.set(Feature::sequence, true);
    *plan = std::move(ordinary);
  }
  ended = false;
  world = std::make_unique<World>(*plan, true);
  world->begin();
}

/// The next thing happens: 1 if something did, 0 if nothing will.
PLAY_EXPORT(play_step)
std::int32_t play_step() {
  if (ended) return 0;
  return world->step() ? 1 : 0;
}

/// Time goes on beyond the plan, to the next event that is due.
PLAY_EXPORT(play_live_on)
std::int32_t play_live_on() { return !ended && world->live_on() ? 1 : 0; }

/// A button is pressed, for one tab.
PLAY_EXPORT(play_press)
void play_press(std::uint32_t button, std::uint32_t tab) {
  if (ended || button >= kButtons.size() || tab >= world->tabs().size()) return;
  if (!world->ledger.violation().empty()) return;
  const Button& pressed = kButtons[button];
  // From now on faults may happen, so that some things may be late.
  plan->calm = false;
  const Action action{0, pressed.what, static_cast<std::uint8_t>(tab),
                      dice(pressed.low, pressed.high)};
  world->act_now(action);
}

/// All faults end, and everything is checked.
PLAY_EXPORT(play_end)
void play_end() {
  if (ended) return;
  world->end();
  ended = true;
}

/// Makes room for text that `play_violate` takes.
PLAY_EXPORT(play_input)
char* play_input(std::uint32_t size) {
  input.resize(size);
  return input.data();
}

/// As if this rule had been violated, to see what the page makes of it.
PLAY_EXPORT(play_violate)
void play_violate() { world->ledger.violated(input); }

/// The names of the buttons, as a JSON array. Then `play_output`.
PLAY_EXPORT(play_buttons)
void play_buttons() {
  output = "[";
  for (const Button& button : kButtons) {
    next();
    text(button.name);
  }
  output += ']';
}

/// Everything that can be seen, as JSON; of the trace the lines from `line` on.
PLAY_EXPORT(play_state)
void play_state(std::uint32_t line) {
  const std::string& violation = world->ledger.violation();
  output = "{";
  member("seed", static_cast<Millis>(plan->seed));
  member("plan", describe(*plan));
  member("now", world->clock.now());
  member("actions", static_cast<Millis>(plan->actions.size()));
  member("done", static_cast<Millis>(world->next_action()));
  if (world->next_action() < plan->actions.size()) {
    const Action& action = plan->actions[world->next_action()];
    member("next", name_of(action.what));
    member("nextTab", action.tab);
    member("nextIn", world->next_at() - world->clock.now());
  }
  if (!world->queue.empty()) member("dueIn", world->queue.next() - world->clock.now());
  flag("ended", ended);
  flag("asleep", world->clock.asleep());
  flag("networkUp", world->network.up());
  member("violation", violation);
  tabs();
  storage();
  records(300);
  requests(12);
  invariants(violation);
  const auto& lines = world->trace.lines();
  name("lines");
  output += '[';
  for (std::size_t i = line; i < lines.size(); ++i) {
    next();
    text(std::string_view(lines[i]).substr(0, 300));
  }
  output += "]}";
}

PLAY_EXPORT(play_output)
const char* play_output() { return output.data(); }
PLAY_EXPORT(play_output_size)
std::uint32_t play_output_size() { return static_cast<std::uint32_t>(output.size()); }

}  // extern "C"
