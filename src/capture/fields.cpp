#include "capture/fields.h"

#include "base/compare.h"
#include "pages/words.h"

namespace appizer {
namespace {

// What each kind of evidence weighs. A type that says it outweighs all words; of the others a
// clear word of name or label outweighs a token, which is copied from one field to the next more
// often, only together. Between name and label the name decides, as labels are sentences.
constexpr int kByType = 200;
constexpr int kByTelType = 30;
constexpr int kByToken = 60;
constexpr int kByName = 42;
constexpr int kByLabel = 40;
constexpr int kByPlaceholder = 22;
constexpr int kById = 20;
// What the name of a thing says against a bare name, in a label or a field's name.
constexpr int kByDoubt = 25;
constexpr int kByNamesDoubt = 15;

// The types that words can give a meaning, those that a mark can, and those that have none.
constexpr char kTyped[] = " text email tel number ";
constexpr char kChosen[] =
    " search url select-one checkbox radio date month week time datetime-local range color ";
constexpr char kMute[] = " textarea select-multiple ";

// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
// In the order of `Meaning`, from `email` on; then what means something else.
constexpr char kTokens[] =
    " email tel given-name family-name name organization marked tel-national ";
// Parts of tokens.
constexpr char kOtherTokens[] =
    "honorific-|additional-|nickname|organization-|street-|address-l|country|postal-|transaction-|"
    "language|url|photo|impp|tel-";
constexpr char kDeniedTokens[] = "current-password|one-time-code|bday";

constexpr std::uint32_t kFirst = bit(Word::first) | bit(Word::half_first);
constexpr std::uint32_t kLast = bit(Word::last) | bit(Word::half_last);
constexpr std::uint32_t kElse = bit(Word::other) | bit(Word::typed) | bit(Word::reading);

// What one text says: a meaning, and `unknown` for something that is none.
struct Verdict {
  Meaning meaning = Meaning::denied;
  bool bare = false;
  bool doubt = false;
  /// A name by which somebody logs in, or a number: no name, but perhaps an address.
  bool against_names = false;

  bool says() const { return meaning != Meaning::denied; }
};

Meaning of(Word word) {
  switch (word) {
    case Word::email:
      return Meaning::email;
    case Word::phone:
      return Meaning::phone;
    case Word::first:
      return Meaning::first_name;
    case Word::last:
      return Meaning::last_name;
    case Word::both:
      return Meaning::full_name;
    case Word::organisation:
      return Meaning::organisation;
    default:
      return Meaning::unknown;
  }
}

bool is_name(Meaning meaning) {
  return meaning >= Meaning::first_name && meaning <= Meaning::full_name;
}

// A first and a last name, or a name and a last name, in one text: "Vor- und Nachname".
bool has_both(const Said& said) {
  const bool first = said.has(Word::first);
  const bool last = said.has(Word::last);
  return (first && said.has_any(kLast)) || (last && said.has_any(kFirst)) ||
         ((first || last) && said.names());
}

// In a name or an id what it is stands last: "billing_address_company", "emailFirstName". In a
// label it may stand anywhere: "Nom de l'entreprise", "Adresse e-mail".
Verdict verdict(const Said& said, bool label) {
  Verdict out;
  Meaning meaning = of(said.last());
  if (label && said.last() != Word::fill) {
    meaning = said.has(Word::email)          ? Meaning::email
              : said.has(Word::phone)        ? Meaning::phone
              : said.has_any(kElse)          ? Meaning::unknown
              : said.has(Word::organisation) ? Meaning::organisation
              : said.has(Word::both)         ? Meaning::full_name
                                             : meaning;
    // "Name (first)"
    const bool first = said.has(Word::first);
    if (meaning == Meaning::full_name && first != said.has(Word::last)) {
      meaning = first ? Meaning::first_name : Meaning::last_name;
      out.meaning = meaning;
      return out;
    }
  }
  // "Company size", in whatever language.
  if (meaning == Meaning::organisation && said.says_more() && !said.names()) return out;
  if (is_name(meaning) && has_both(said)) meaning = Meaning::full_name;
  out.against_names = said.has(Word::user) || said.has(Word::number);
  if (!label && meaning == Meaning::unknown && said.last() != Word::fill && said.names()) {
    // "address.name", "street_name"
    out.doubt = true;
  } else if (said.last() != Word::fill) {
    out.meaning = meaning;
  } else if (said.has(Word::first) || said.has(Word::last)) {
    // "(First)" by itself.
    out.meaning = said.has(Word::first) ? Meaning::first_name : Meaning::last_name;
    if (has_both(said)) out.meaning = Meaning::full_name;
  } else if (said.has(Word::name)) {
    out.meaning = Meaning::full_name;
    out.bare = true;
  } else {
    out.doubt = said.names();
  }
  return out;
}

// What programs number fields with: ":r1:", "«r1»", "_r_1_".
bool is_generated(View id) {
  if (id.find("\xC2\xAB") != View::npos || id.starts_with("_r_")) return true;
  const std::size_t at = id.find(":r");
  const std::size_t end = id.find(':', at == View::npos ? at : at + 1);
  return at != View::npos && end != View::npos && end - at <= 5;
}

struct Says {
  Said name;
  Said id;
  Said label;
  Said placeholder;
  Said site;
  Said group;
};

/// The evidence, as it adds up.
class Scale {
 public:
  explicit Scale(Judgement& to) : to_(to) {}

  void add(Meaning meaning, int weight) { to_.evidence[static_cast<int>(meaning)] += weight; }

  void add(const Said& said, bool label, int weight) {
    const Verdict one = verdict(said, label);
    if (one.bare) bare_ += weight / 2;
    if (one.doubt) doubt_ += label ? kByDoubt : kByNamesDoubt;
    if (one.against_names) against_names_ += weight * (label ? 2 : 1) * 3 / 4;
    // Where a name says something else, a label that is clear may be right.
    if (one.meaning == Meaning::unknown && !label) weight = min(weight, kByLabel - 1);
    if (one.says() && !one.bare) add(one.meaning, weight);
  }

  // The meaning with most evidence, if it has more than what speaks against it.
  void decide() {
    int* const all = to_.evidence;
    const int against = all[static_cast<int>(Meaning::unknown)];
    int best = against;
    to_.meaning = Meaning::unknown;
    for (int i = static_cast<int>(Meaning::email); i <= static_cast<int>(Meaning::organisation);
         ++i) {
      const bool names = i >= static_cast<int>(Meaning::first_name);
      if (all[i] > best && (!names || all[i] > against + against_names_)) {
        best = all[i];
        to_.meaning = static_cast<Meaning>(i);
      }
    }
    if (best == against && bare_ > against + against_names_ + doubt_) {
      to_.meaning = Meaning::full_name;
      to_.bare = true;
      all[static_cast<int>(Meaning::full_name)] = bare_;
    }
  }

 private:
  Judgement& to_;
  int bare_ = 0;
  int doubt_ = 0;
  int against_names_ = 0;
};

// The tokens but for those that say nothing certain: many sites write `new-password` to keep
// browsers from filling in a field.
View certain(View tokens, bool& unsure) {
  String& out = scratch();
  while (!tokens.empty()) {
    const View token = take_until(tokens, ' ');
    if (token == "new-password") {
      unsure = true;
    } else {
      out += token;
      out += ' ';
    }
  }
  return out;
}

// Whether something says that the field may never be known.
bool is_denied(const Says& texts, View autocomplete, bool& card, bool& code) {
  constexpr std::uint32_t kNever = bit(Word::card) | bit(Word::secret);
  while (!autocomplete.empty()) {
    const View token = take_until(autocomplete, ' ');
    card = card || token.starts_with("cc-");
    if (card || token == "sex" || has_any(token, kDeniedTokens)) return true;
  }
  for (const Said* said : {&texts.name, &texts.id, &texts.label, &texts.placeholder, &texts.site}) {
    card = card || said->has(Word::card);
    if (said->has_any(kNever)) return true;
    // Words of an id weigh less.
    if (said->has(Word::code) && said != &texts.id) return true;
    code = code || said->has(Word::code);
  }
  return false;
}

void add_tokens(View tokens, Scale& scale, Judgement& to) {
  while (!tokens.empty()) {
    const View token = take_until(tokens, ' ');
    const int place = token == "marked" ? -1 : place_in(kTokens, token);
    if (place >= 0) {
      scale.add(place > 7 ? Meaning::phone : static_cast<Meaning>(place + 1), kByToken);
      to.token = true;
    } else if (token == "username") {
      // An address is a user name on many sites.
      scale.add(Meaning::unknown, kById);
    } else if (!token.starts_with("section-") && has_any(token, kOtherTokens)) {
      scale.add(Meaning::unknown, kByToken);
    }
  }
}

}  // namespace

Judgement judge(const Field& field) {
  Judgement out;
  const View type = field[FieldFact::type];
  const bool typed = lists(kTyped, type);
  const bool mute = lists(kMute, type);
  out.meaning = Meaning::denied;
  out.hidden = type == "hidden";
  if (!field[FieldFact::ignored].empty() || !(typed || mute || lists(kChosen, type))) return out;

  View id = field[FieldFact::words];
  const View name = take_until(id, '|');
  if (id == name || is_generated(id)) id = {};
  const View key = field[FieldFact::key];
  bool unsure = false;
  const View tokens = certain(field[FieldFact::autocomplete], unsure);
  const Says texts{Said(is_generated(name) ? View() : name, true),
                   Said(id, true),
                   Said(field[FieldFact::label]),
                   Said(field[FieldFact::placeholder]),
                   Said(tokens + "|" + key),
                   Said(field[FieldFact::group])};
  bool code = false;
  if (is_denied(texts, tokens, out.card, code)) return out;

  out.meaning = Meaning::unknown;
  if (!mute && !key.empty()) {
    out.meaning = key == "email"   ? Meaning::email
                  : key == "phone" ? Meaning::phone
                                   : Meaning::marked;
    if (unsure || code) out.meaning = Meaning::denied;
    return out;
  }
  Scale scale(out);
  if (typed) {
    if (type == "email") scale.add(Meaning::email, kByType);
    // Keyboards with digits are lent to much that is no telephone number, in every language.
    const bool strange = texts.name.is_strange() || texts.label.is_strange();
    if (type == "tel" && !strange) scale.add(Meaning::phone, kByTelType);
    add_tokens(tokens, scale, out);
    scale.add(texts.name, false, kByName);
    scale.add(texts.id, false, kById);
    scale.add(texts.label, true, kByLabel);
    scale.add(texts.placeholder, true, kByPlaceholder);
    scale.decide();
  }
  if (unsure || code) {
    // Clear words outweigh what is unsure; a bare name is none.
    if (out.meaning == Meaning::unknown || out.bare) out.meaning = Meaning::denied;
    return out;
  }
  out.card = texts.group.has(Word::card) && is_name(out.meaning);
  for (const Said* said :
       {&texts.name, &texts.id, &texts.label, &texts.placeholder, &texts.group}) {
    if (said->has(Word::somebody)) out.meaning = Meaning::unknown;
  }
  if (out.card) out.meaning = Meaning::denied;
  return out;
}

void judge_neighbours(List<Judgement>& fields) {
  // "Name, Vorname", "Nombre, Apellidos": which part of a name a bare one is shows beside it.
  std::size_t firsts = 0;
  std::size_t lasts = 0;
  for (const Judgement& one : fields) {
    firsts += one.meaning == Meaning::first_name;
    lasts += one.meaning == Meaning::last_name;
  }
  // Names beside a card's number are the holder's, unless a token says otherwise.
  bool card = false;
  const auto pass = [&](Judgement& one) {
    if (one.hidden) return;
    if (one.card) {
      card = true;
    } else if (!card || !is_name(one.meaning) || one.token) {
      card = false;
    } else {
      one.meaning = Meaning::denied;
    }
    if ((firsts == 0) != (lasts == 0) && one.bare && one.meaning == Meaning::full_name) {
      one.meaning = firsts > 0 ? Meaning::last_name : Meaning::first_name;
    }
  };
  for (Judgement& one : fields) pass(one);
  card = false;
  for (std::size_t i = fields.size(); i-- > 0;) pass(fields[i]);
}

bool asks_for_email(const Field& field, Meaning meaning) {
  return meaning == Meaning::email ||
         (field[FieldFact::type] == "email" && meaning != Meaning::denied);
}

}  // namespace appizer
