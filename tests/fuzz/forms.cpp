// Attributes and contents of forms. Texts are hostile; what must hold is
// that nothing is asked for that may never leave, and that nothing typed is ever part of an event.
#include "capture/forms.h"
#include "capture/facts.h"
#include "capture/values.h"
#include "fuzz/site.h"

namespace {

using namespace appizer;
using fuzz::expect;
using fuzz::Input;
using fuzz::Site;
using test::contains;

constexpr std::string_view kTyped = "Xq7Zk2Vb9";

std::vector<std::string_view> pieces(std::string_view text, char end) {
  std::vector<std::string_view> all;
  for (;;) {
    const std::size_t at = std::min(text.find(end), text.size());
    all.push_back(text.substr(0, at));
    if (at == text.size()) return all;
    text.remove_prefix(at + 1);
  }
}

constexpr auto kFormFacts = static_cast<std::size_t>(FormFact::count);
constexpr auto kFieldFacts = static_cast<std::size_t>(FieldFact::count);

void check_asked(std::string_view facts, std::string_view asked) {
  const auto all = pieces(facts, '\0');
  const std::size_t fields = (all.size() - kFormFacts + kFieldFacts - 1) / kFieldFacts;
  std::size_t before = 0;
  for (const std::string_view number : pieces(asked, ' ')) {
    if (number.empty()) continue;
    const std::size_t index = std::strtoul(std::string(number).c_str(), nullptr, 10);
    expect(index < fields, "a field that is asked for exists", facts);
    expect(before == 0 || index > before, "fields are asked for in order", asked);
    before = index;
    const auto of = [&](FieldFact what) {
      const std::size_t at = kFormFacts + kFieldFacts * index + static_cast<std::size_t>(what);
      return at < all.size() ? all[at] : std::string_view();
    };
    for (const std::string_view never : {"password", "file", "hidden"}) {
      expect(of(FieldFact::type) != never, "a field of this type is never asked for", facts);
    }
    expect(of(FieldFact::ignored).empty(), "a field that is ignored is never asked for", facts);
    for (const std::string_view token : pieces(of(FieldFact::autocomplete), ' ')) {
      for (const std::string_view never :
           {"cc-number", "cc-csc", "current-password", "one-time-code"}) {
        expect(token != never, "a field filled in so is never asked for", facts);
      }
    }
  }
}

void check_texts(std::string_view text) {
  const std::size_t at = text.find('@');
  if (is_email(text)) {
    expect(at != std::string_view::npos && text.find('@', at + 1) == std::string_view::npos,
           "an address has one @", text);
    expect(text.find_first_of(" \t\r\n\"<>,;") == std::string_view::npos, "an address is one word",
           text);
    expect(text.find('.', at) != std::string_view::npos, "an address has a domain", text);
  }
  if (is_phone(text)) {
    const auto digits =
        std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    expect(digits >= 7 && digits <= 25, "a telephone number has so many digits", text);
    expect(at == std::string_view::npos, "a telephone number is no address", text);
  }
  expect(!may_leave(Meaning::denied, text), "what is denied never leaves", text);
}

void play_forms(std::string_view bytes) {
  Input input(bytes);
  const std::uint8_t bits = input.byte();
  Site site((bits & 1) != 0 ? R"(,"autoHook":{"starts":true},"debug":true)"
                            : R"(,"autoHook":true,"autoEvents":true)",
            true);
  site.open();
  for (std::uint32_t id = 1; id < 20 && !input.empty(); ++id) {
    const std::uint8_t how = input.byte();
    const std::string_view facts = input.until('\n');
    const std::string_view typed = input.until('\n');
    for (const std::string_view text : pieces(facts, '\0')) check_texts(text);
    check_texts(typed);
    // Every value that is asked for is known again.
    site.values.clear();
    const auto all = pieces(typed, '\0');
    for (std::size_t i = 0; i < 40; ++i) {
      const std::string_view one = i < all.size() ? all[i] : "jane@shop.example";
      if (i > 0) site.values += '\0';
      site.values += std::string(kTyped) + std::string(one);
      if ((how & 1) != 0 && i + 1 >= all.size()) break;
    }
    const bool known = contains(facts, kTyped);
    site.asked_fields.clear();
    site.form((how & 2) != 0 && (bits & 1) != 0 ? 0 : 1, id, 0, facts);
    for (const std::string& asked : site.asked_fields) check_asked(facts, asked);
    site.form(3, id, how >> 2 & 3, {});
    if ((how & 16) != 0) site.form(4, id, 500, "https://shop.example/api");
    if ((how & 32) != 0) site.form(5, id, 0, {});
    if ((how & 64) != 0) site.pass(3'000);
    if ((how & 128) != 0) site.form(how & 7, id, how, typed);
    // What a page says of its form is no secret, whatever it is.
    if (known) return;
    expect(!contains(site.event_bodies, kTyped), "nothing typed is in an event", facts);
  }
  site.heal();
  expect(!contains(site.event_bodies, kTyped), "nothing typed is in an event");
}

}  // namespace

APPIZER_FUZZER(forms)
