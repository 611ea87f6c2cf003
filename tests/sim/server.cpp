#include "server.h"

#include <algorithm>

#include "base/json.h"
#include "world.h"

namespace sim {

bool Server::well_formed(const Send& send) const {
  const Document& page = world_.page(send.document);
  const std::string base = world_.base(page.site()) + "/v1/";
  if (!send.url.starts_with(base)) return false;
  const std::string_view path = std::string_view(send.url).substr(base.size());
  const bool alias = send.body.find("\"alias_id\"") != std::string::npos;
  const std::size_t events = send.records();
  if (send.lane == users && path != (alias ? "users/aliases" : "users")) return false;
  const auto is_fact = [&](const Part& part) {
    return world_.ledger.entry(part.tag).kind == Entry::fact;
  };
  if (send.parts.size() > 1 && send.lane == users &&
      !std::all_of(send.parts.begin(), send.parts.end(), is_fact)) {
    return false;
  }
  if (send.lane == sim::events && path != (send.batch() ? "events/batch" : "events")) return false;
  const bool ghost = events == 0;
  const std::string app = "\"app_id\":\"" + world_.app(page.site()) + "\"";
  if (!ghost && send.body.find(app) == std::string::npos) return false;
  return world_.rng.below(16) != 0 || appizer::json::is_object(send.body);
}

// What this server always refuses, whatever its mood.
bool Server::refuses(const Send& send, int& status) const {
  Rng& rng = world_.rng;
  if (send.size > largest_) {
    status = 413;
    return true;
  }
  for (const Part& part : send.parts) {
    const Entry& entry = world_.ledger.entry(part.tag);
    if (entry.poison) {
      status = rng.pick({400, 400, 413, 422, 409});
      return true;
    }
    if (entry.kind != Entry::alias) continue;
    const Entry& user = world_.ledger.entry(part.tag - 1);
    if (user.is_stored() || user.repeated) continue;
    if (world_.ledger.user_expected(part.tag)) {
      world_.ledger.violated("came before its user: " + world_.ledger.word(part.tag));
    }
    status = 404;
    return true;
  }
  return false;
}

void Server::ask(Send& send, Rng& rng) const {
  static constexpr double kWaits[] = {0, -5, 0.4, 1, 7, 30, 61.5, 600, 7200, 1e9};
  const double wait = kWaits[rng.below(rng.percent(90) ? 8 : 10)];
  const std::uint32_t how = rng.below(10);
  if (how < 5) {
    std::string text = std::to_string(wait);
    send.answer =
        "{\"error\":\"Too Many Requests\",\"message\":\"slow down\",\"code\":"
        "\"RATE_LIMIT_EXCEEDED\",\"details\":{\"retry_after\":" +
        text + "}}";
    if (how == 0) send.answer.resize(send.answer.size() / 2);
  }
  if (how == 5) send.answer = "{\"details\":{\"retry_after\":\"soon\"}}";
  if (how > 3 && how < 8) send.wait.retry_after = kWaits[rng.below(8)];
  if (how > 6) {
    send.wait.reset = static_cast<double>(world_.clock.true_wall()) / 1000 + kWaits[rng.below(10)];
  }
}

void Server::handle(std::uint32_t index) {
  Send& send = world_.sends[index];
  Rng& rng = world_.rng;
  if (!well_formed(send)) world_.ledger.violated("malformed: " + send.url + " " + send.body);
  const Mood& mood = moods_[send.lane];
  send.status = rng.pick({200, 200, 201, 202, 204});
  bool stores = true;
  if (mood.status != 0 && rng.percent(mood.percent)) {
    const int any = rng.pick({500, 502, 503, 504, 429, 408, 425, 401, 403, 405, 410, 0, 200});
    send.status = mood.status > 0 ? mood.status : any;
    stores = mood.stores_anyway || send.status == 200;
  }
  const bool alias = send.lane == users && contains(send.body, "\"alias_id\"");
  if (deploying_ || (alias && alias_status_ != 0)) {
    stores = false;
    send.status = deploying_ ? 404 : alias_status_;
    world_.coverage.add(deploying_ ? Count::not_deployed : Count::aliases_refused);
  }
  int refusal = 0;
  if (stores && refuses(send, refusal)) {
    stores = false;
    send.status = refusal;
  }
  if (stores) {
    world_.ledger.stored(index, world_.clock.now());
    world_.identity_rules.stored(send);
    world_.view_rules.stored(send);
    send.answer = "{\"success\":true,\"processed_count\":1,\"message\":\"ok\"}";
  } else if (mood.asks) {
    ask(send, rng);
  }
  if (rng.percent(10))
    send.answer = rng.pick<const char*>({"", "<html>", "{\"succ", "null", "\xff"});
  if (world_.plan.features.has(Feature::long_answers) && rng.percent(20) && !send.answer.empty()) {
    // No more than this is read of a body (the glue).
    constexpr std::size_t kRead = 8192;
    send.answer =
        "{\"pad\":\"" + std::string(rng.below(2 * kRead), ' ') + "\"," + send.answer.substr(1);
    send.answer.resize(std::min(send.answer.size(), kRead));
    world_.coverage.add(Count::long_answers);
  }
  world_.coverage.add(send.status == 429                         ? Count::status_429
                      : send.status >= 500                       ? Count::status_5xx
                      : send.status == 401 || send.status == 403 ? Count::status_not_allowed
                      : send.status >= 400                       ? Count::status_refused
                                                                 : Count::status_2xx);
}

void Server::change(Lane lane, Rng& rng) {
  Mood& mood = moods_[lane];
  mood = {};
  largest_ = SIZE_MAX;
  const std::uint32_t kind = rng.below(100);
  if (kind < 30) return;
  mood.percent = rng.pick({100U, 100U, 50U, 15U});
  mood.asks = rng.percent(60);
  if (kind < 50) {
    mood.status = 429;
    mood.asks = rng.percent(85);
  } else if (kind < 70) {
    mood.status = rng.pick({500, 502, 503, 503, 504});
    mood.stores_anyway = rng.percent(15);
  } else if (kind < 78) {
    mood.status = rng.pick({401, 403, 403, 405, 451});
  } else if (kind < 86) {
    mood.status = rng.pick({408, 425});
  } else if (kind < 90) {
    mood.status = rng.pick({400, 404, 409, 413, 422});
    mood.percent = 30;
  } else if (kind < 94) {
    largest_ = static_cast<std::size_t>(rng.between(1'000, 40'000));
  } else {
    mood.status = -1;
  }
}

void Server::heal() {
  moods_[events] = moods_[users] = {};
  largest_ = SIZE_MAX;
  deploying_ = false;
  alias_status_ = 0;
}

}  // namespace sim
