#include "capture/fields.h"

#include <string>

#include "capture/values.h"
#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using appizer::test::repeated;

namespace {

// What a text input with this name and this label means.
Meaning named(std::string_view words, std::string_view label = "", std::string_view type = "text") {
  Field field;
  field[FieldFact::type] = type;
  field[FieldFact::words] = words;
  field[FieldFact::label] = label;
  return judge(field).meaning;
}

Meaning labelled(std::string_view label) { return named("field_7", label); }

Meaning completed(std::string_view autocomplete, std::string_view type = "text") {
  Field field;
  field[FieldFact::type] = type;
  field[FieldFact::autocomplete] = autocomplete;
  return judge(field).meaning;
}

Meaning marked(std::string_view key, std::string_view type = "text", std::string_view words = "") {
  Field field;
  field[FieldFact::type] = type;
  field[FieldFact::words] = words;
  field[FieldFact::key] = key;
  return judge(field).meaning;
}

struct Row {
  Meaning meaning;
  const char* words;
};

}  // namespace

TEST_CASE("names and ids say what a field means", "[fields]") {
  const auto [meaning, words] = GENERATE(values<Row>({
      {Meaning::email, "email"},
      {Meaning::email, "e-mail"},
      {Meaning::email, "e_mail"},
      {Meaning::email, "your-email"},
      {Meaning::email, "user[email]"},
      {Meaning::email, "useremail"},
      {Meaning::email, "email address"},  // emailAddress
      {Meaning::email, "email2"},
      {Meaning::email, "mail"},
      {Meaning::email, "|email"},  // the id alone
      {Meaning::email, "field_3|input-email-3"},
      {Meaning::email, "correo"},
      {Meaning::email, "correo_electronico"},
      {Meaning::email, "courriel"},
      {Meaning::email, "e-post"},
      {Meaning::email, "epostadresse"},
      {Meaning::email, "eposta"},
      {Meaning::email, "почта"},
      {Meaning::email, "이메일"},
      {Meaning::email, "メール"},
      {Meaning::email, "邮箱"},

      {Meaning::phone, "phone"},
      {Meaning::phone, "phone_number"},
      {Meaning::phone, "telephone"},
      {Meaning::phone, "tel"},
      {Meaning::phone, "telefono"},
      {Meaning::phone, "telefon"},
      {Meaning::phone, "telefonnummer"},
      {Meaning::phone, "mobile"},
      {Meaning::phone, "mobile_number"},
      {Meaning::phone, "movil"},
      {Meaning::phone, "celular"},
      {Meaning::phone, "handy"},
      {Meaning::phone, "whatsapp"},
      {Meaning::phone, "телефон"},
      {Meaning::phone, "전화번호"},
      {Meaning::phone, "電話番号"},
      {Meaning::phone, "手机"},

      {Meaning::first_name, "first_name"},
      {Meaning::first_name, "first name"},  // firstName
      {Meaning::first_name, "fname"},
      {Meaning::first_name, "given-name"},
      {Meaning::first_name, "vorname"},
      {Meaning::first_name, "prenom"},
      {Meaning::first_name, "voornaam"},
      {Meaning::first_name, "user[first_name]"},
      {Meaning::last_name, "last_name"},
      {Meaning::last_name, "lname"},
      {Meaning::last_name, "surname"},
      {Meaning::last_name, "family_name"},
      {Meaning::last_name, "nachname"},
      {Meaning::last_name, "apellidos"},
      {Meaning::last_name, "nom_de_famille"},
      {Meaning::last_name, "cognome"},
      {Meaning::last_name, "sobrenome"},
      {Meaning::last_name, "фамилия"},
      {Meaning::full_name, "name"},
      {Meaning::full_name, "your-name"},
      {Meaning::full_name, "name1"},
      {Meaning::full_name, "input_name"},
      {Meaning::full_name, "billing_name"},
      {Meaning::full_name, "full_name"},
      {Meaning::full_name, "fullname"},
      {Meaning::full_name, "nombre"},
      {Meaning::full_name, "nom"},
      {Meaning::full_name, "이름"},
      {Meaning::full_name, "氏名"},
      {Meaning::full_name, "姓名"},

      {Meaning::organisation, "company"},
      {Meaning::organisation, "company_name"},
      {Meaning::organisation, "organization"},
      {Meaning::organisation, "organisation"},
      {Meaning::organisation, "firma"},
      {Meaning::organisation, "empresa"},
      {Meaning::organisation, "entreprise"},
      {Meaning::organisation, "societe"},
      {Meaning::organisation, "azienda"},
      {Meaning::organisation, "bedrijf"},
      {Meaning::organisation, "компания"},
      {Meaning::organisation, "회사명"},
      {Meaning::organisation, "会社名"},
      {Meaning::organisation, "公司"},

      {Meaning::unknown, ""},
      {Meaning::unknown, "q"},
      {Meaning::unknown, "message"},
      {Meaning::unknown, "username"},
      {Meaning::unknown, "user_name"},
      {Meaning::unknown, "nickname"},
      {Meaning::unknown, "project_name"},
      {Meaning::unknown, "domain_name"},
      {Meaning::unknown, "middle_name"},
      {Meaning::unknown, "rename"},
      {Meaning::unknown, "company_size"},
      {Meaning::unknown, "company_website"},
      {Meaning::unknown, "company_address"},
      {Meaning::unknown, "street"},
      {Meaning::unknown, "the_post"},
      {Meaning::unknown, "same_mailing_list"},
      {Meaning::unknown, "hotel"},
      {Meaning::unknown, "shipping"},
      {Meaning::unknown, "denominator"},
      // Somebody else's.
      {Meaning::unknown, "friend_email"},
      {Meaning::unknown, "recipient_name"},
      {Meaning::unknown, "emergency_phone"},
  }));
  CAPTURE(words);
  CHECK(named(words) == meaning);
}

TEST_CASE("where the name has no meaning, the label is used", "[fields]") {
  const auto [meaning, words] = GENERATE(values<Row>({
      {Meaning::email, "e-mail address *"},
      {Meaning::email, "correo electronico (obligatorio)"},
      {Meaning::email, "ihre e-mail-adresse"},
      {Meaning::email, "adresse courriel"},
      {Meaning::email, "электронная почта"},
      {Meaning::email, "メールアドレス"},
      {Meaning::phone, "telephone (optional)"},
      {Meaning::phone, "numero de telefono"},
      {Meaning::phone, "cep telefonu"},
      {Meaning::first_name, "first name"},
      {Meaning::first_name, "prenom"},
      {Meaning::last_name, "apellido"},
      {Meaning::last_name, "familienname"},
      {Meaning::full_name, "name"},
      {Meaning::full_name, "your name:"},
      {Meaning::full_name, "first and last name"},
      {Meaning::full_name, "vor- und nachname"},
      {Meaning::full_name, "nombre y apellidos"},
      {Meaning::full_name, "nom et prenom"},
      {Meaning::full_name, "nome e cognome"},
      {Meaning::full_name, "お名前 (必須)"},
      {Meaning::organisation, "company name"},
      {Meaning::organisation, "nom de l'entreprise"},
      {Meaning::unknown, "how did you hear of us?"},
      {Meaning::unknown, "company size"},
      {Meaning::unknown, "your friend's e-mail"},
      {Meaning::unknown, "name of the event"},
  }));
  CAPTURE(words);
  CHECK(labelled(words) == meaning);
}

TEST_CASE("a label makes a bare name more exact, and nothing else", "[fields]") {
  CHECK(named("name", "company") == Meaning::organisation);
  CHECK(named("name", "first name") == Meaning::first_name);
  CHECK(named("name", "tell us") == Meaning::full_name);
  CHECK(named("email", "phone") == Meaning::email);
  CHECK(named("phone", "we also send e-mail") == Meaning::phone);
}

TEST_CASE("a type says what a field means, whatever its name", "[fields]") {
  CHECK(named("field_1", "", "email") == Meaning::email);
  CHECK(named("login", "", "email") == Meaning::email);
  CHECK(named("phone", "", "email") == Meaning::email);
  CHECK(named("field_2", "", "tel") == Meaning::phone);
  CHECK(named("name", "", "tel") == Meaning::phone);
  CHECK(named("phone", "", "number") == Meaning::phone);
  // Keyboards with digits are lent to much that is no telephone number.
  for (const char* words : {"zip", "postal_code", "order_number", "quantity", "fax", "year"}) {
    CAPTURE(words);
    CHECK(named(words, "", "tel") == Meaning::unknown);
  }
  CHECK(named("friend", "", "email") == Meaning::unknown);
  CHECK(named("contact", "your friend's address", "email") == Meaning::unknown);
}

TEST_CASE("a telephone's keyboard says nothing beside words that no list knows", "[fields]") {
  for (const char* label : {"sv-nummer", "isikukode", "house no.", "ваш размер", "郵遞區號"}) {
    CAPTURE(label);
    CHECK(named("field_2", label, "tel") == Meaning::unknown);
  }
  CHECK(named("field_2", "your number *", "tel") == Meaning::phone);
  CHECK(named("field_2", "mobile, for the driver", "tel") == Meaning::phone);
}

TEST_CASE("a program's name may have anything before an organisation, but not behind it",
          "[fields]") {
  CHECK(named("contato_empresa") == Meaning::organisation);
  CHECK(named("mauticform_company") == Meaning::organisation);
  CHECK(named("company_velocity") == Meaning::unknown);
  CHECK(named("field_7", "velocity of the company") == Meaning::unknown);
}

TEST_CASE("words end where they do, however they are written", "[fields]") {
  // The end of a longer word is no word: "ico", "no".
  CHECK(labelled("correo electronico") == Meaning::email);
  CHECK(labelled("cele meno") == Meaning::full_name);
  // Nor is what stands on both sides of a space.
  CHECK(labelled("dit efternavn") == Meaning::last_name);
  CHECK(named("same_mailing_list") == Meaning::unknown);
  CHECK(labelled("e mail") == Meaning::email);
  CHECK(labelled("姓 名") == Meaning::full_name);
}

TEST_CASE("a clear label outweighs a name that says something else", "[fields]") {
  CHECK(named("addr", "adres e-mail") == Meaning::email);
  CHECK(named("username", "e-mail") == Meaning::email);
  CHECK(named("shipping address.name", "name") == Meaning::full_name);
  CHECK(named("nominator_name", "your name") == Meaning::full_name);
  CHECK(named("street_name", "street name") == Meaning::unknown);
  CHECK(named("project_name", "name of the project") == Meaning::unknown);
}

TEST_CASE("other types have no meaning by name", "[fields]") {
  const char* type =
      GENERATE("search", "url", "select-one", "checkbox", "radio", "date", "month", "week", "time",
               "datetime-local", "range", "color", "textarea", "select-multiple");
  CAPTURE(type);
  CHECK(named("email", "", type) == Meaning::unknown);
  CHECK(named("phone", "", type) == Meaning::unknown);
  CHECK(named("first_name", "", type) == Meaning::unknown);
}

TEST_CASE("autocomplete tokens say what a field means", "[fields]") {
  const auto [meaning, tokens] = GENERATE(values<Row>({
      {Meaning::email, "email"},
      {Meaning::email, "home email"},
      {Meaning::email, "section-blue shipping work email"},
      {Meaning::email, "email webauthn"},
      {Meaning::phone, "tel"},
      {Meaning::phone, "mobile tel"},
      {Meaning::phone, "tel-national"},
      {Meaning::first_name, "given-name"},
      {Meaning::first_name, "billing given-name"},
      {Meaning::last_name, "family-name"},
      {Meaning::full_name, "name"},
      {Meaning::organisation, "organization"},
      {Meaning::unknown, ""},
      {Meaning::unknown, "off"},
      {Meaning::unknown, "on"},
      {Meaning::unknown, "username"},
      {Meaning::unknown, "nickname"},
      {Meaning::unknown, "honorific-prefix"},
      {Meaning::unknown, "additional-name"},
      {Meaning::unknown, "organization-title"},
      {Meaning::unknown, "street-address"},
      {Meaning::unknown, "postal-code"},
      {Meaning::unknown, "country"},
      {Meaning::unknown, "tel-country-code"},
      {Meaning::unknown, "tel-extension"},
      {Meaning::unknown, "section-email"},
      {Meaning::unknown, "url"},
      {Meaning::unknown, "photo"},
      {Meaning::denied, "current-password"},
      {Meaning::denied, "new-password"},
      {Meaning::denied, "one-time-code"},
      {Meaning::denied, "cc-name"},
      {Meaning::denied, "cc-given-name"},
      {Meaning::denied, "cc-number"},
      {Meaning::denied, "cc-exp"},
      {Meaning::denied, "cc-exp-month"},
      {Meaning::denied, "cc-exp-year"},
      {Meaning::denied, "cc-csc"},
      {Meaning::denied, "cc-type"},
      {Meaning::denied, "section-pay billing cc-number"},
      {Meaning::denied, "bday"},
      {Meaning::denied, "bday-day"},
      {Meaning::denied, "sex"},
  }));
  CAPTURE(tokens);
  CHECK(completed(tokens) == meaning);
}

TEST_CASE("an autocomplete token outweighs the name", "[fields]") {
  Field field;
  field[FieldFact::type] = "text";
  field[FieldFact::words] = "company";
  field[FieldFact::autocomplete] = "family-name";
  CHECK(judge(field).meaning == Meaning::last_name);
}

TEST_CASE("a denied type outweighs every mark", "[fields]") {
  const char* type = GENERATE("password", "file", "hidden", "submit", "button", "reset", "image",
                              "fieldset", "output", "object", "application/pdf", "", "unheard-of");
  CAPTURE(type);
  CHECK(named("email", "", type) == Meaning::denied);
  CHECK(completed("email", type) == Meaning::denied);
  CHECK(marked("email", type) == Meaning::denied);
  CHECK(marked("anything", type) == Meaning::denied);
}

TEST_CASE("a denied word outweighs every mark", "[fields]") {
  const char* words = GENERATE(
      "password", "passwd", "user_pass", "pwd", "userpwd", "passphrase", "passwort", "kennwort",
      "contrasena", "mot-de-passe", "senha", "wachtwoord", "пароль", "비밀번호", "パスワード",
      "密码", "secret", "api_key", "token", "security question", "mothers maiden name", "card",
      "card_number", "cardnumber", "card number", "credit-card", "cc", "ccnum", "cc_exp",
      "cardholder", "cvv", "cvv2", "cvc", "card-cvc", "csc", "security code", "expiry",
      "expiration", "kartennummer", "kreditkarte", "prufziffer", "tarjeta", "numero-de-carte",
      "carte_bancaire", "cartao de credito", "номер карты", "카드번호", "カード番号", "信用卡",
      "卡号", "otp", "one-time-code", "one time", "totp", "mfa", "2fa", "pin", "pin_code", "tan",
      "code", "your code", "verification code", "sms code", "einmalcode", "код", "인증번호",
      "認証コード", "验证码", "iban", "bic", "swift", "sort code", "routing_number",
      "account_number", "account no", "bank account", "kontonummer", "cuenta-bancaria", "rib",
      "clabe", "계좌번호", "口座番号", "ssn", "social_security_number", "national insurance number",
      "nino", "national_id", "passport", "passport_number", "passeport", "reisepass", "pasaporte",
      "паспорт", "여권번호", "dni", "nif", "nie", "cpf", "cnpj", "rg", "curp", "rut", "nir", "bsn",
      "pesel", "personnummer", "fødselsnummer", "codice fiscale", "steuer-id", "steuernummer",
      "tax id", "driver's license", "driving licence", "id number", "personalausweis", "aadhaar",
      "инн", "주민등록번호", "マイナンバー", "身份证", "health", "healthcondition",
      "medical_history", "medication", "diagnosis", "disease", "symptoms", "allergies", "alergias",
      "disability", "pregnant", "hiv", "blood type", "krankheit", "krankenkasse", "gesundheit",
      "salud", "enfermedad", "sante", "maladie", "saude", "здоровье", "건강", "病歴", "健康",
      "religion", "ethnicity", "sexual orientation", "political views", "birthday", "birthdate",
      "date of birth", "dob", "bday", "birth-place", "geburtsdatum", "geburtstag",
      "fecha de nacimiento", "date_de_naissance", "data di nascita", "data de nascimento",
      "дата рождения", "생년월일", "生年月日", "出生日期");
  CAPTURE(words);
  CHECK(named(words) == Meaning::denied);
  CHECK(named(words, "e-mail") == Meaning::denied);
  CHECK(named("email", words) == Meaning::denied);
  CHECK(named(words, "", "email") == Meaning::denied);
  CHECK(named(words, "", "tel") == Meaning::denied);
  CHECK(named(words, "", "select-one") == Meaning::denied);
  CHECK(named(words, "", "textarea") == Meaning::denied);
  CHECK(named("|" + std::string(words)) == Meaning::denied);
  CHECK(marked("email", "text", words) == Meaning::denied);
  CHECK(marked("my_own", "text", words) == Meaning::denied);
  CHECK(marked("my_own", "checkbox", words) == Meaning::denied);
  CHECK(marked(words) == Meaning::denied);
  CHECK(completed(words) == Meaning::denied);
}

TEST_CASE("words that only look like those that are denied are not", "[fields]") {
  const char* words =
      GENERATE("shipping", "opinion", "spinner", "discard_draft", "postcard2", "coupon code",
               "promo_code", "zip_code", "country code", "account", "account_name", "konto anlegen",
               "passenger", "compass", "tannery", "tribe", "swifter", "libanon", "einladung");
  CAPTURE(words);
  CHECK(named(words) == Meaning::unknown);
}

TEST_CASE("common sentences beside an e-mail field do not deny it", "[fields]") {
  const char* label =
      GENERATE("email", "e-mail (wird nie weitergegeben)", "geben sie ihre e-mail-adresse ein",
               "correo electronico sin compromiso", "e-mail fur ihr konto",
               "create an account now with email", "your e-mail. you can unsubscribe any time.",
               "we will never share your email");
  CAPTURE(label);
  CHECK(named("email", label, "email") == Meaning::email);
}

TEST_CASE("a site's mark makes a property of any field that can have a meaning", "[fields]") {
  const char* type =
      GENERATE("text", "email", "tel", "number", "search", "url", "select-one", "checkbox", "radio",
               "date", "month", "week", "time", "datetime-local", "range", "color");
  CAPTURE(type);
  CHECK(marked("plan", type) == Meaning::marked);
  CHECK(marked("plan", type, "email") == Meaning::marked);
  CHECK(marked("email", type) == Meaning::email);
  CHECK(marked("phone", type, "name") == Meaning::phone);
}

TEST_CASE("free text is not known even where it is marked", "[fields]") {
  CHECK(marked("message", "textarea") == Meaning::unknown);
  CHECK(marked("email", "textarea") == Meaning::unknown);
  CHECK(marked("interests", "select-multiple") == Meaning::unknown);
}

TEST_CASE("an ignored field is as good as absent", "[fields]") {
  Field field;
  field[FieldFact::type] = "email";
  field[FieldFact::words] = "email";
  field[FieldFact::key] = "email";
  field[FieldFact::autocomplete] = "email";
  field[FieldFact::ignored] = "1";
  CHECK(judge(field).meaning == Meaning::denied);
  CHECK_FALSE(asks_for_email(field, judge(field).meaning));
}

TEST_CASE("a form asks for contact data where it has an email field", "[fields]") {
  const auto asks = [](std::string_view type, std::string_view words, std::string_view key = "") {
    Field field;
    field[FieldFact::type] = type;
    field[FieldFact::words] = words;
    field[FieldFact::key] = key;
    return asks_for_email(field, judge(field).meaning);
  };
  CHECK(asks("email", "anything"));
  CHECK(asks("text", "email"));
  CHECK(asks("text", "anything", "email"));
  CHECK(asks("email", "friend_email"));  // a form to hook, though the address is not the visitor's
  CHECK(asks("email", "anything", "my_own"));
  CHECK_FALSE(asks("text", "phone"));
  CHECK_FALSE(asks("text", "friend_email"));
  CHECK_FALSE(asks("checkbox", "email_me"));
  CHECK_FALSE(asks("hidden", "email"));
  CHECK_FALSE(asks("email", "card_email"));
}

TEST_CASE("only an address that is one is an email address", "[fields]") {
  const char* good =
      GENERATE("ada@example.com", "a@b.co", "first.last+tag@sub.example.co.uk", "o'hara@example.ie",
               "ada@xn--bcher-kva.example", "ada@bücher.example", "用户@例子.中国",
               "1234567@qq.com", "a_b-c@example-site.org", "ADA@EXAMPLE.COM");
  CAPTURE(good);
  CHECK(is_email(good));
}

TEST_CASE("malformed email addresses are rejected", "[fields]") {
  const auto bad = GENERATE(values<std::string>({"",
                                                 "ada",
                                                 "ada@",
                                                 "@example.com",
                                                 "ada@example",
                                                 "ada@@example.com",
                                                 "ada@a@b.com",
                                                 "ada @example.com",
                                                 "ada@exa mple.com",
                                                 "ada@.com",
                                                 "ada@example.",
                                                 "ada@example..com",
                                                 ".ada@example.com",
                                                 "ada.@example.com",
                                                 "a..b@example.com",
                                                 "ada@example.c",
                                                 "ada@192.168.0.1",
                                                 "ada@-a.com",
                                                 "ada@a-.com",
                                                 "\"ada\"@example.com",
                                                 "Ada <ada@example.com>",
                                                 "ada@example.com,bob@example.com",
                                                 "ada@example.com;",
                                                 "mailto:ada@example.com",
                                                 "ada@[::1]",
                                                 "ada@exam_ple.com",
                                                 "ada(comment)@example.com",
                                                 "ada\\@example.com",
                                                 repeated("a", 65) + "@example.com",
                                                 "a@" + repeated("a", 64) + ".com",
                                                 "a@" + repeated("a.", 130) + "com"}));
  CAPTURE(bad);
  CHECK_FALSE(is_email(bad));
}

TEST_CASE("a telephone number keeps its form", "[fields]") {
  const char* good = GENERATE("+1 (555) 123-4567", "+442071838750", "020 7183 8750",
                              "0049/30/123456", "(030) 12 34 56 7", "555.123.4567", "91234567",
                              "+46 8-123 456 78", "555-123-4567 x89", "555 123 4567 ext. 1234",
                              "+34\xC2\xA0"
                              "600\xC2\xA0"
                              "123\xC2\xA0"
                              "456",
                              "\xE2\x80\xAA+1 555 123 4567\xE2\x80\xAC");
  CAPTURE(good);
  CHECK(is_phone(good));
}

TEST_CASE("what is no telephone number is none", "[fields]") {
  const char* bad =
      GENERATE("", "123456", "1234567890123456", "call me", "iPhone 15", "555-CALL-NOW",
               "1+5551234567", "++15551234567", "ada@example.com", "555 123 4567 x",
               "555 123 4567 ext@12", "555 123 4567 extension", "555 123 4567 x1234567",
               "12:30:45:12", "#1234567", "1234567,1234567", "\xE2\x80", "\xC2\xA0");
  CAPTURE(bad);
  CHECK_FALSE(is_phone(bad));
}

TEST_CASE("no number of a card leaves, in whatever field it was typed", "[fields]") {
  const char* card =
      GENERATE("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111",
               "4111.1111.1111.1111", "5500 0000 0000 0004", "378282246310005", "3782 822463 10005",
               "6011000990139424", "30569309025904", "3530111333300000", "6304000000000000",
               "4222222222222", "6759649826438453", "4000000000000000006", "5105105105105100");
  CAPTURE(card);
  for (const Meaning meaning :
       {Meaning::email, Meaning::phone, Meaning::first_name, Meaning::last_name, Meaning::full_name,
        Meaning::organisation, Meaning::marked}) {
    CHECK_FALSE(may_leave(meaning, card));
    CHECK_FALSE(may_leave(meaning, "Ada Lovelace " + std::string(card)));
    CHECK_FALSE(may_leave(meaning, std::string(card) + " 123 12/29"));
    CHECK_FALSE(may_leave(meaning, std::string(card) + "@example.com"));
  }
}

TEST_CASE("an international telephone number leaves, also where Luhn's check takes it for a card",
          "[fields]") {
  // One in ten has that check digit by chance.
  CHECK(may_leave(Meaning::phone, "+44 7911 123456"));
  CHECK(may_leave(Meaning::phone, "+447911123450"));
  CHECK(may_leave(Meaning::phone, "+447911123453"));
  CHECK(may_leave(Meaning::phone, "00447911123453"));
  CHECK(may_leave(Meaning::phone, "(0044) 7911 123453"));
  int kept = 0;
  for (char last = '0'; last <= '9'; ++last) {
    kept += may_leave(Meaning::phone, std::string("44791112345") + last);
  }
  CHECK(kept == 9);
}

TEST_CASE("values leave only as what their field means", "[fields]") {
  CHECK(may_leave(Meaning::email, "ada@example.com"));
  CHECK_FALSE(may_leave(Meaning::email, "ada"));
  CHECK(may_leave(Meaning::phone, "555-123-4567"));
  CHECK_FALSE(may_leave(Meaning::phone, "ada@example.com"));
  for (const Meaning name :
       {Meaning::first_name, Meaning::last_name, Meaning::full_name, Meaning::organisation}) {
    CHECK(may_leave(name, "Ada"));
    CHECK(may_leave(name, "李"));
    CHECK(may_leave(name, "3M"));
    CHECK_FALSE(may_leave(name, "839201"));           // a code in the wrong field
    CHECK_FALSE(may_leave(name, "ada@example.com"));  // and an address
    CHECK_FALSE(may_leave(name, "DE89 3704 0044 0532 0130 00"));
    CHECK_FALSE(may_leave(name, "Ada\nLovelace"));
    CHECK_FALSE(may_leave(name, ""));
    CHECK(may_leave(name, repeated("a", 100)));
    CHECK_FALSE(may_leave(name, repeated("a", 101)));
  }
  CHECK(may_leave(Meaning::marked, "premium"));
  CHECK(may_leave(Meaning::marked, "2500"));
  CHECK(may_leave(Meaning::marked, "2026-01-01"));
  CHECK_FALSE(may_leave(Meaning::marked, "123456789012"));  // some account's or paper's number
  CHECK_FALSE(may_leave(Meaning::marked, "first line\nsecond line"));
  CHECK(may_leave(Meaning::marked, repeated("a", 255)));
  CHECK_FALSE(may_leave(Meaning::marked, repeated("a", 256)));
  for (const Meaning none : {Meaning::denied, Meaning::unknown}) {
    CHECK_FALSE(may_leave(none, "ada@example.com"));
    CHECK_FALSE(may_leave(none, "anything"));
  }
}

TEST_CASE("arbitrary field attributes do no harm", "[fields]") {
  const auto junk = GENERATE(values<std::string>(
      {"|", "||||", "\x80\xFF", std::string("\0email\0", 7), repeated("|", 5000),
       repeated("a ", 5000), repeated("email", 1000), "=", "!", "-", "/", "=/!"}));
  Field field;
  field[FieldFact::type] = "text";
  field[FieldFact::words] = field[FieldFact::label] = field[FieldFact::autocomplete] = junk;
  CHECK(judge(field).meaning != Meaning::denied);
  field[FieldFact::type] = junk;
  CHECK(judge(field).meaning == Meaning::denied);
}
