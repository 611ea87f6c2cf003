#include "capture/fields.h"

#include <algorithm>

#include "base/compare.h"
#include "base/text.h"

namespace appizer {
namespace {

// Lists of words, separated by slashes. A word counts wherever it is in the text without its
// spaces; after '-' inside one word; after '=' as one or more whole words; after '!' as all that
// the name, the id or the label says.

// Passwords and secrets.
constexpr char kDenied[] =
    "passw/passp/passc/pwd/=pass/=pw/=secret/apikey/=token/securityq/securityans/secretq/maidenn/"
    "kennwort/contrasen/motdepasse/=mdp/senha/=parola/hasło/wachtw/losenord/passord/adgangsk/"
    "sifre/парол/비밀번호/암호/パスワード/暗証/密码/密碼/口令/"
    // Cards.
    "=cc/=card/itcard/cardn/cardh/ccn/ccexp/=pan/cvv/cvc/=csc/=cid/securitycode/kreditkart/kartenn/"
    "kartenpr/prufz/prufn/sicherheitsc/tarjeta/cartebleue/cartedec/numerodecarte/cryptogramme/"
    "cartadi/dellacarta/cartaode/cartaocr/docartao/tkaart/kaartn/kortn/kontokort/expir/expd/expm/"
    "expy/gultigbis/caducidad/номеркарт/카드/カード/信用卡/卡号/卡號/银行卡/"
    // One-time codes.
    "onetime/=otp/=totp/=mfa/=2fa/=pin/pinnum/pincode/=tan/verificationc/verifyc/authc/"
    "authenticationc/"
    "confirmationc/accesscode/smsc/logincode/!code/!kod/!код/einmal/bestatigungsc/codigode/"
    "codede/codicedi/кодподтв/кодизсмс/인증번호/인증코드/認証コード/確認コード/验证码/驗證碼/"
    // Accounts.
    "=iban/ibann/=bic/=swift/sortcode/=routing/routingn/=aba/=bsb/=ifsc/=clabe/=rib/accountnum/"
    "accountnr/=accountno/=account no/acctn/=bank/bankacc/bankver/bankleit/=blz/bancari/bancair/"
    "kontonum/kontonr/kontoinh/!konto/decuenta/decompte/diconto/daconta/rekeningn/номерсчета/"
    "계좌/口座/"
    // Papers.
    "=ssn/socialsec/socialins/=nino/nationalins/=nin/=nric/nationalid/nationaln/!sin/idnum/idcard/"
    "identityc/identityn/driverslic/driverlic/drivinglic/licensen/licencen/taxid/taxn/taxpayer/"
    "=tin/!ein/=itin/=cpf/=cnpj/=rg/=dni/=nif/!nie/=curp/=rfc/=rut/=cuil/=cuit/deidentidad/cedula/"
    "pasaporte/seguridadsocial/securitesoc/=nir/passeport/identite/identita/sozialversicherung/"
    "steueri/steuern/ausweis/reisepass/fuhrersch/codicefisc/passaporto/=bsn/burgers/paspoort/pesel/"
    "personnummer/personnr/fødselsn/=cpr/aadhaar/aadhar/=инн/снилс/паспорт/주민/여권/운전면허/"
    "マイナンバー/個人番号/免許証/身份证/身分證/护照/護照/"
    // Health, and what else article 9 of the GDPR protects.
    "health/medic/medik/diagnos/disease/illness/symptom/allerg/alergi/disabilit/pregnan/=hiv/"
    "bloodt/bloodg/krank/gesundheit/schwanger/behinder/=salud/enfermedad/=sante/maladie/salute/"
    "malattia/=saude/doenca/ziekte/здоров/болезн/диагноз/건강/질병/健康/病歴/病史/疾病/"
    "religio/ethnic/sexual/=sex/politic/tradeunion/"
    // Birth.
    "birth/=dob/bday/geburt/nacimiento/naissance/nascit/nascim/geboorte/fodelse/fødsel/dogumt/"
    "рожден/생년월일/생일/生年月日/誕生日/出生/生日";

// Somebody else than who fills in the form.
constexpr char kOthers[] =
    "friend/recipient/referral/=referee/invite/emergency/spouse/sibling/=child/beneficiar/"
    "colleague/=gift/amigo/=ami/=freund/empfanger/destinata/notfall/empfehl";

constexpr char kEmail[] =
    "-email/=e mail/=mail/-mailadres/-courriel/=correo/=correio/correoe/correioe/=epost/=e post/"
    "epostadr/=eposta/=e posta/=posta/-почт/-пошт/-имеил/-이메일/-메일/-メール/-邮箱/-郵箱/-邮件/"
    "-郵件";

constexpr char kPhone[] =
    "-phone/=tel/-telef/teln/=mobile/mobilen/=mobil/=movil/=celular/=cell/=cellulare/=handy/"
    "handyn/=gsm/=whatsapp/-телефон/-мобильн/-전화/-휴대폰/-핸드폰/-연락처/-電話/-携帯/-电话/-手机/"
    "-手機";

// What is typed like a telephone number and is none.
constexpr char kNoPhone[] =
    "zip/postal/postcode/=plz/=cep/order/amount/quantity/=qty/price/=fax/year/customern/membern/"
    "=id";

constexpr char kOrganisation[] =
    "-company/organization/organisation/=org/employer/businessn/=firma/firmenn/unternehmen/"
    "=empresa/"
    "entreprise/=societe/raisonsoc/azienda/ragionesoc/=bedrijf/bedrijfsn/foretag/virksomhed/=firm/"
    "-компани/-организаци/-회사/-업체/-会社/-御社/-企業/-公司/-单位";

// First and last name in one field.
constexpr char kWhole[] =
    "fullname/firstandl/firstlast/vorundnach/vornameundnach/namevorname/nombreyap/nombrecomp/"
    "nomcomp/nometpre/prenometnom/prenomnom/nomprenom/nomecomp/nomeecog/nomeesobre/volledigen/"
    "imieinazw/-фио/фамилияи/имяифам/姓名/氏名/お名前/성함/성명";

constexpr char kFirst[] =
    "firstname/=fname/=first/givenname/forename/vorname/voornaam/prenom/prenume/primeironome/"
    "primernombre/fornavn/fornamn/=imie/名字/!名/!имя";

constexpr char kLast[] =
    "lastname/=lname/=last/surname/familyn/nachname/familienn/achternaam/apellido/nomdefam/"
    "cognome/sobrenome/=apelido/apelidos/nazwisko/etternavn/efternavn/efternamn/-soyad/-фамили/"
    "-прізвищ/!姓/!성";

// A name by itself: whose, and which part of it, is seen only from the form's other fields.
constexpr char kName[] =
    "!name/!contactname/!customername/!nombre/!nom/!nome/!naam/!navn/!namn/!이름/!名前";

// Something of a user or a company other than its name.
constexpr char kNoName[] =
    "username/nickname/login/=size/=website/=site/=url/=role/=title/=type/address/=number/=no/"
    "=vat/country/=city/street/=state/=zip/=sector/industry/=file/domain/middlen/=initial/anrede/"
    "adresse/direccion/indirizzo/endereco/große/strasse";

// Says nothing of what a field means.
constexpr char kFill[] =
    " required optional please enter your the my our field input text txt form frm billing "
    "shipping wpforms su tu sus votre vos ihr ihre dein deine seu sua tuo tua uw obligatorio "
    "obligatoire pflichtfeld obbligatorio obrigatorio verplicht ";

struct Token {
  const char* name;
  Meaning meaning;
};

// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
const Token kTokens[] = {
    {"email", Meaning::email},
    {"tel", Meaning::phone},
    {"tel-national", Meaning::phone},
    {"given-name", Meaning::first_name},
    {"family-name", Meaning::last_name},
    {"name", Meaning::full_name},
    {"organization", Meaning::organisation},
};

// The types that words can give a meaning, those that a mark can, and those that have none.
constexpr char kTyped[] = " text email tel number ";
constexpr char kChosen[] =
    " search url select-one checkbox radio date month week time datetime-local range color ";
constexpr char kMute[] = " textarea select-multiple ";

bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Whether `word` is in `all` as a whole, between two of `edge`.
bool holds(View all, View word, char edge) {
  for (std::size_t at = 1; (at = all.find(word, at)) < all.size() - word.size(); ++at) {
    if (all[at - 1] == edge && all[at + word.size()] == edge) return !word.empty();
  }
  return false;
}

/// What a field says, ready to be searched.
class Text {
 public:
  explicit Text(View text) { add(text); }

  void add(View text) {
    String& word = scratch();
    for (const char c : text) {
      if (is_letter(c)) {
        word += static_cast<char>(c | 0x20);
      } else if (is_digit(c) || is_wide(c)) {
        word += c;
      } else {
        end_word(word);
        if (c == '|') end();
      }
    }
    end_word(word);
    end();
  }

  bool mentions(const char* all) const {
    View list = all;
    while (!list.empty()) {
      View word = take_until(list, '/');
      const char mark = word[0];
      if (mark == '=' || mark == '!' || mark == '-') word.remove_prefix(1);
      if (mark == '='   ? holds(spaced_, word, ' ')
          : mark == '!' ? holds(squeezed_, word, '|')
                        : (mark == '-' ? spaced_ : squeezed_).find(word) != String::npos) {
        return true;
      }
    }
    return false;
  }

 private:
  void end_word(String& word) {
    // Fields of a kind are numbered.
    while (!word.empty() && is_digit(word.back())) word.pop_back();
    if (!word.empty() && !lists(kFill, word)) {
      spaced_ += word;
      spaced_ += ' ';
      squeezed_ += word;
    }
    word.clear();
  }

  void end() {
    spaced_ += "| ";
    squeezed_ += '|';
  }

  String& spaced_ = scratch(" ");
  String& squeezed_ = scratch("|");
};

Meaning by_words(const Text& text) {
  if (text.mentions(kEmail)) return Meaning::email;
  if (text.mentions(kPhone)) return Meaning::phone;
  if (text.mentions(kNoName)) return Meaning::unknown;
  if (text.mentions(kOrganisation)) return Meaning::organisation;
  if (text.mentions(kWhole)) return Meaning::full_name;
  if (text.mentions(kFirst)) return Meaning::first_name;
  if (text.mentions(kLast)) return Meaning::last_name;
  return text.mentions(kName) ? Meaning::full_name : Meaning::unknown;
}

/// The digits of a value, whatever stands between them but letters.
struct Digits {
  std::size_t most = 0;
  bool card = false;

  explicit Digits(View value) {
    // Luhn's sum counts from the right, so both ways of doubling are kept until the end is known.
    unsigned sums[2] = {0, 0};
    std::size_t count = 0;
    for (std::size_t i = 0; i <= value.size(); ++i) {
      const char c = i < value.size() ? value[i] : 'a';
      if (is_digit(c)) {
        const auto digit = static_cast<unsigned>(c - '0');
        const unsigned doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sums[count & 1] += doubled;
        sums[~count & 1] += digit;
        ++count;
      } else if (is_letter(c) || c == '@') {
        most = max(most, count);
        card = card || count > 19 || (count >= 12 && sums[count & 1] % 10 == 0);
        count = sums[0] = sums[1] = 0;
      }
    }
  }
};

bool is_label(View text) {
  if (text.empty() || text.size() > 63 || text[0] == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || is_wide(c) || c == '-'; });
}

bool is_local(View text) {
  constexpr char kSigns[] = "!#$%&'*+-/=?^_`{|}~.";
  if (text.empty() || text.size() > 64 || text[0] == '.' || text.back() == '.') return false;
  if (text.find("..") != View::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || is_wide(c) || View(kSigns).find(c) != View::npos;
  });
}

// What a longer text says is no name, and no choice from a list.
constexpr std::size_t kLongestValue = 255;
constexpr std::size_t kLongestPersonName = 100;
// From here on digits are the number of something that is not ours to know: a card, an account, a
// paper.
constexpr std::size_t kNumber = 12;

}  // namespace

Meaning meaning_of(const Field& field) {
  const bool typed = lists(kTyped, field[FieldFact::type]);
  const bool mute = lists(kMute, field[FieldFact::type]);
  if (!field[FieldFact::ignored].empty() ||
      !(typed || mute || lists(kChosen, field[FieldFact::type])))
    return Meaning::denied;
  const Text words(field[FieldFact::words]);
  const Text label(field[FieldFact::label]);
  Text site(field[FieldFact::autocomplete]);
  site.add(field[FieldFact::key]);
  if (words.mentions(kDenied) || label.mentions(kDenied) || site.mentions(kDenied)) {
    return Meaning::denied;
  }
  if (mute) return Meaning::unknown;
  if (!field[FieldFact::key].empty()) {
    if (field[FieldFact::key] == "email") return Meaning::email;
    return field[FieldFact::key] == "phone" ? Meaning::phone : Meaning::marked;
  }
  if (!typed || words.mentions(kOthers) || label.mentions(kOthers)) return Meaning::unknown;
  if (field[FieldFact::type] == "email") return Meaning::email;
  View tokens = field[FieldFact::autocomplete];
  while (!tokens.empty()) {
    const View token = take_until(tokens, ' ');
    for (const Token& known : kTokens) {
      if (token == known.name) return known.meaning;
    }
  }
  const Meaning named = by_words(words);
  if (field[FieldFact::type] == "tel" && named != Meaning::phone) {
    return words.mentions(kNoPhone) ? Meaning::unknown : Meaning::phone;
  }
  if (named != Meaning::unknown && named != Meaning::full_name) return named;
  const Meaning labelled = by_words(label);
  return labelled == Meaning::unknown ? named : labelled;
}

bool asks_for_email(const Field& field, Meaning meaning) {
  return meaning == Meaning::email ||
         (field[FieldFact::type] == "email" && meaning != Meaning::denied);
}

bool is_email(View text) {
  if (text.size() > 254) return false;
  const std::size_t at = text.find('@');
  if (at == View::npos || !is_local(text.substr(0, at))) return false;
  View domain = text.substr(at + 1);
  std::size_t labels = 0;
  View last;
  for (; !domain.empty(); ++labels) {
    if (domain.back() == '.') return false;
    last = take_until(domain, '.');
    if (!is_label(last)) return false;
  }
  return labels > 1 && last.size() > 1 && !std::all_of(last.begin(), last.end(), is_digit);
}

bool is_phone(View text) {
  std::size_t digits = 0;
  bool plus = false;
  while (!text.empty()) {
    const char c = text[0];
    if (is_digit(c)) {
      ++digits;
    } else if (c == '+') {
      if (plus || digits > 0) return false;
      plus = true;
    } else if (text.substr(0, 2) == "\xC2\xA0") {  // a space that does not break
      text.remove_prefix(1);
    } else if (text.substr(0, 2) == "\xE2\x80") {  // dashes, and marks of direction
      text.remove_prefix(min<std::size_t>(text.size() - 1, 2));
    } else if (is_letter(c)) {
      break;
    } else if (View(" ()-./").find(c) == View::npos) {
      return false;
    }
    text.remove_prefix(1);
  }
  if (digits < 7 || digits > 15) return false;
  if (text.empty()) return true;
  const std::size_t number = text.find_first_of("0123456789");
  if (number == View::npos || text.size() - number > 6) return false;
  const View sign = text.substr(0, number);
  const auto rest = text.substr(number);
  return (sign.size() <= 2 || sign.substr(0, 3) == "ext") && sign.size() <= 5 &&
         (sign[0] == 'x' || sign[0] == 'X' || sign[0] == 'e') &&
         std::all_of(sign.begin(), sign.end(),
                     [](char c) { return View("xXet. ").find(c) != View::npos; }) &&
         std::all_of(rest.begin(), rest.end(), is_digit);
}

bool may_leave(Meaning meaning, View value) {
  if (value.empty() || value.size() > kLongestValue) return false;
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
    return false;
  }
  const Digits digits(value);
  switch (meaning) {
    case Meaning::denied:
    case Meaning::unknown:
      return false;
    case Meaning::email:
      return is_email(value) && !digits.card;
    case Meaning::phone: {
      // No card begins so, and one in ten numbers that do would pass for a card.
      const char first = value[min(value.find_first_of("+0123456789"), value.size() - 1)];
      return is_phone(value) && (!digits.card || first == '+' || first == '0');
    }
    case Meaning::marked:
      return digits.most < kNumber;
    default:
      return value.size() <= kLongestPersonName && digits.most < kNumber &&
             value.find('@') == View::npos && std::any_of(value.begin(), value.end(), [](char c) {
               return is_letter(c) || is_wide(c);
             });
  }
}

}  // namespace appizer
