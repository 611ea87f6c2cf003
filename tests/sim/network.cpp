#include "network.h"

#include <algorithm>

#include "world.h"

namespace sim {

Millis Network::delay() { return world_.rng.between(fastest_, slowest_); }

void Network::fail(std::uint32_t index, Millis after) {
  Send& send = world_.sends[index];
  send.status = 0;
  if (worker_) {
    send.status = 200;
    send.foreign = true;
    send.answer = "<!doctype html><title>Offline</title>";
    world_.coverage.add(Count::foreign_answers);
  }
  world_.coverage.add(Count::network_errors);
  world_.queue.push(world_.clock.now() + after, Due::answer, send.document, index);
}

bool Network::send(std::uint32_t index, std::size_t others) {
  constexpr std::size_t kQuota = 64 * 1024;
  Send& send = world_.sends[index];
  Rng& rng = world_.rng;
  if (send.keepalive && others + send.size > kQuota) {
    world_.coverage.add(Count::quota_of_keepalive);
    send.arrives = false;
    return false;
  }
  if (!up_ || rng.percent(cut_before_)) {
    if (up_) world_.coverage.add(Count::cut_before_store);
    send.arrives = false;
    fail(index, rng.percent(80) ? rng.between(1, 40) : rng.between(kSecond, 25 * kSecond));
    return true;
  }
  send.silent = rng.percent(silent_);
  if (send.silent && rng.percent(50)) send.arrives = false;
  send.cut = rng.percent(cut_after_);
  if (send.arrives) {
    world_.queue.push(world_.clock.now() + delay(), Due::arrival, send.document, index);
  }
  return true;
}

bool Network::proxy_refuses(const Send& send) const {
  if (!proxy_.on) return false;
  if (proxy_.largest > 0) return send.size > proxy_.largest;
  return std::any_of(send.parts.begin(), send.parts.end(),
                     [&](const Part& part) { return world_.ledger.entry(part.tag).disliked; });
}

void Network::change_proxy(Rng& rng) {
  proxy_ = {};
  if (rng.percent(25)) return;
  proxy_.on = true;
  if (rng.percent(50)) proxy_.largest = static_cast<std::size_t>(rng.between(3'000, 30'000));
  proxy_.status = rng.pick({0, 0, 403, 403, 406, 400});
}

void Network::answer(std::uint32_t index, Millis after) {
  Send& send = world_.sends[index];
  if (world_.plan.features.has(Feature::endless) && world_.rng.percent(30)) {
    // The glue reports a success as soon as its status is known, other answers after a while.
    world_.coverage.add(Count::endless_bodies);
    send.answer.clear();
    if (send.status >= 300) after += 5 * kSecond;
  }
  world_.queue.push(world_.clock.now() + after, Due::answer, send.document, index);
}

void Network::arrive(std::uint32_t index) {
  if (!world_.sends[index].arrives) return;
  if (!up_) return fail(index, 1);
  Send& send = world_.sends[index];
  if (proxy_refuses(send)) {
    world_.coverage.add(Count::refused_by_proxy);
    if (!send.carried) return;
    if (proxy_.status == 0) return fail(index, delay());
    send.status = proxy_.status;
    send.answer = "<html>Request blocked";
    return answer(index, delay());
  }
  world_.server.handle(index);
  if (!send.carried || send.silent) return;
  if (send.cut) {
    world_.coverage.add(Count::cut_after_store);
    return fail(index, delay());
  }
  answer(index, delay());
}

void Network::abort(Send& send) {
  send.carried = false;
  if (world_.rng.percent(50)) send.arrives = false;
}

void Network::orphan(Send& send) {
  send.carried = false;
  if (!send.keepalive && world_.rng.percent(75)) send.arrives = false;
}

void Network::change(Rng& rng) {
  heal();
  const std::uint32_t kind = rng.below(100);
  if (kind < 35) return;
  if (kind < 55) {
    up_ = false;
  } else if (kind < 70) {
    slowest_ = rng.between(kSecond, 40 * kSecond);
  } else {
    cut_before_ = rng.pick({0U, 10U, 50U, 90U});
    cut_after_ = rng.pick({0U, 10U, 50U, 90U});
    silent_ = rng.pick({0U, 0U, 10U, 60U});
  }
}

// A proxy stays until it is lifted: it may be there for years.
void Network::heal() {
  up_ = true;
  fastest_ = 5;
  slowest_ = 150;
  cut_before_ = cut_after_ = silent_ = 0;
}

}  // namespace sim
