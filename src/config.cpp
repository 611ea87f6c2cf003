#include "config.h"

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"
#include "pages/bots.h"

namespace appizer {
namespace {

/// What an option is part of.
enum class Part : std::uint8_t { options, events, views, hook, facts, none };

// By `Part`: the prefix of the option's name in a hint.
constexpr const char* kOuter[] = {"", "autoEvents.", "autoEvents.pageViews.", "autoHook.", ""};

/// The types that an option may have.
enum class Type : std::uint8_t {
  text,
  flag,
  count,
  millis,
  rate,
  interval,
  names,
  persistence,
  bots,
  hashes,
  consent,
};

struct Option {
  using Name = const char*;
  constexpr Option(Part of, Name named, String Config::*to)
      : name(named), text(to), part(of), type(Type::text) {}
  /// `opened` is what an object in the place of the flag holds, which then is up.
  constexpr Option(Part of, Name named, bool Config::*to, Part opened = Part::none)
      : name(named), flag(to), part(of), type(Type::flag), opens(opened) {}
  constexpr Option(Part of, Name named, std::size_t Config::*to)
      : name(named), count(to), part(of), type(Type::count) {}
  constexpr Option(Part of, Name named, Millis Config::*to)
      : name(named), millis(to), part(of), type(Type::millis) {}
  constexpr Option(Part of, Name named, Type its) : name(named), text(), part(of), type(its) {}

  Name name;
  union {
    String Config::*text;
    bool Config::*flag;
    std::size_t Config::*count;
    Millis Config::*millis;
  };
  Part part;
  Type type;
  Part opens = Part::none;
};

constexpr Option kOptions[] = {
    {Part::options, "appId", &Config::app_id},
    {Part::options, "autoEvents", &Config::page_views, Part::events},
    {Part::options, "autoHook", &Config::form_submits, Part::hook},
    {Part::options, "apiBase", &Config::api_base},
    {Part::options, "userIdStorageKey", &Config::user_id_storage_key},
    {Part::options, "debug", &Config::debug},
    {Part::options, "confirmUnload", &Config::confirm_unload},
    {Part::options, "maxQueueEvents", &Config::max_queue_events},
    {Part::options, "maxQueueBytes", &Config::max_queue_bytes},
    {Part::options, "sessionTimeout", &Config::session_timeout},
    {Part::options, "flushInterval", Type::interval},
    {Part::options, "maxEventsPerSecond", Type::rate},
    {Part::options, "consent", Type::consent},
    {Part::options, "rememberConsent", &Config::remember_consent},
    {Part::options, "respectGPC", &Config::respect_gpc},
    {Part::options, "respectDNT", &Config::respect_dnt},
    {Part::options, "cookieless", &Config::cookieless},
    {Part::options, "persistence", Type::persistence},
    {Part::options, "bots", Type::bots},
    {Part::options, "redactParameters", Type::names},
    {Part::events, "pageViews", &Config::page_views, Part::views},
    {Part::events, "pageLeave", &Config::page_leave},
    {Part::events, "sessionStart", &Config::session_start},
    {Part::events, "outboundLinks", &Config::outbound_links},
    {Part::events, "downloads", &Config::downloads},
    {Part::events, "clicks", &Config::clicks},
    {Part::views, "query", &Config::count_query},
    {Part::views, "hash", Type::hashes},
    {Part::hook, "submits", &Config::form_submits},
    {Part::hook, "starts", &Config::form_starts},
    {Part::facts, "ua", &Config::user_agent},
    {Part::facts, "online", &Config::online},
    {Part::facts, "visible", &Config::visible},
    {Part::facts, "prerendering", &Config::prerendering},
    {Part::facts, "locks", &Config::locks},
    {Part::facts, "later", &Config::fetch_later},
    {Part::facts, "keepalive", &Config::keepalive},
    {Part::facts, "gpc", &Config::gpc},
    {Part::facts, "dnt", &Config::dnt},
    {Part::facts, "hooks", &Config::hooks},
    {Part::facts, "document", &Config::document},
    {Part::facts, "kept", &Config::kept_calls},
    {Part::facts, "view", &Config::early_view},
    {Part::facts, "webdriver", &Config::bot},
};

/// Reads what is part of the options, and what is part of that.
class Reader {
 public:
  Reader(Config& config, List<Config::Problem>& problems)
      : config_(config), complaints_(problems) {}

  void read(Part part, const List<json::Member>& members) {
    for (const json::Member& member : members) {
      const Option* option = kOptions;
      while (option != std::end(kOptions) &&
             (option->part != part || member.name != option->name)) {
        ++option;
      }
      const bool known = option != std::end(kOptions);
      if (known && (member.value == "null" || take(*option, member.value))) continue;
      complaints_.push_back({known ? Hint::option_wrong_type : Hint::option_unknown,
                             kOuter[static_cast<std::size_t>(part)] + member.name});
    }
  }

 private:
  // Takes the value if it has the option's type.
  bool take(const Option& option, View value) {
    switch (option.type) {
      case Type::text: {
        const View text = json::string(value);
        if (text.empty()) return false;
        config_.*option.text = text;
        return true;
      }
      case Type::flag: {
        const json::Truth truth = json::boolean(value);
        List<json::Member> members;
        if (truth == json::Truth::neither &&
            (option.opens == Part::none || !json::members(value, members))) {
          return false;
        }
        config_.*option.flag = truth != json::Truth::no;
        // Views are what is asked for by `true`, and that they end.
        if (option.opens == Part::events) config_.page_leave = config_.page_views;
        read(option.opens, members);
        return true;
      }
      case Type::names:
        return json::strings(value, config_.redact_parameters);
      case Type::persistence:
        return choose("localStorage cookie both memory", json::string(value), config_.persistence);
      case Type::bots:
        return choose("mark drop keep", json::string(value), config_.bots);
      case Type::hashes: {
        const json::Truth every = json::boolean(value);
        if (every == json::Truth::neither) return false;
        config_.count_hash = every == json::Truth::yes ? Hashes::all : Hashes::none;
        return true;
      }
      case Type::consent: {
        const View state = json::string(value);
        if (state.empty()) return false;
        config_.consent_given = true;
        if (read_consent(state, config_.consent)) return true;
        // A misspelt restriction must not mean the opposite.
        config_.consent = Consent::denied;
        return false;
      }
      default:
        break;
    }
    const double number = json::number(value);
    if (option.type == Type::rate) {
      // JSON has no infinity: the glue writes it as a string.
      const bool unlimited = json::string(value) == "Infinity";
      if (!unlimited && !(number > 0)) return false;
      config_.max_events_per_second = unlimited ? __builtin_inf() : number;
      return true;
    }
    if (option.type == Type::interval) {
      // Longer than a day is most likely another unit.
      if (!(number >= 0 && number <= static_cast<double>(kDay))) return false;
      config_.flush_interval = static_cast<Millis>(number);
      return true;
    }
    if (!(number >= 1 && number <= 1e12)) return false;
    if (option.type == Type::count) {
      config_.*option.count = static_cast<std::size_t>(min(number, 1e9));
    } else {
      config_.*option.millis = static_cast<Millis>(number);
    }
    return true;
  }

  Config& config_;
  List<Config::Problem>& complaints_;
};

}  // namespace

Status Config::read(View text, List<Problem>& problems) {
  List<json::Member> options;
  List<json::Member> facts;
  if (!json::members(json::member(text, "options"), options) ||
      !json::members(json::member(text, "facts"), facts)) {
    return Status::options_unusable;
  }
  Reader(*this, problems).read(Part::options, options);
  List<Problem> none;
  Reader(*this, none).read(Part::facts, facts);
  bot = is_bot(user_agent, bot);
  if (!keepalive) confirm_unload = true;
  if (cookieless) persistence = Persistence::memory;
  // A signal of the browser is a default; what the site knows of this visitor's own choice is more.
  const bool signal = (respect_gpc && gpc) || (respect_dnt && dnt);
  if (signal && !consent_given) consent = Consent::denied;
  // A decision that is pending is none yet: a remembered one counts.
  if (consent == Consent::pending) consent_given = false;
  while (!api_base.empty() && api_base.back() == '/') api_base.pop_back();
  return app_id.empty() ? Status::app_id_missing : Status::ok;
}

}  // namespace appizer
