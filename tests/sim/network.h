// What is between the pages and the server.
#pragma once

#include <cstdint>

#include "ledger.h"
#include "rng.h"
#include "send.h"

namespace sim {

class World;

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  /// Takes a request. False: the browser refuses it at once (its quota for keepalive is used up).
  /// `others` are the bytes that the page has under way with keepalive.
  bool send(std::uint32_t index, std::size_t others);
  /// The page gave it up.
  void abort(Send& send);
  /// Its page is no more, or never comes back.
  void orphan(Send& send);
  /// It reached the server.
  void arrive(std::uint32_t index);

  bool up() const { return up_; }
  void change(Rng& rng);
  void heal();

  /// Something on the way refuses one text, or one size, for good.
  void change_proxy(Rng& rng);
  bool proxied() const { return proxy_.on; }
  void lift_proxy() { proxy_ = {}; }
  bool proxy_refuses(const Entry& entry) const {
    return proxy_.on && (proxy_.largest > 0 ? entry.large : entry.disliked);
  }
  bool proxy_refuses(const Send& send) const;
  /// A service worker that has an answer where the network has none.
  void change_worker(Rng& rng) { worker_ = rng.percent(60); }
  void end_worker() { worker_ = false; }

 private:
  Millis delay();
  void answer(std::uint32_t index, Millis after);
  void fail(std::uint32_t index, Millis after);

  struct Proxy {
    bool on = false;
    std::size_t largest = 0;  // bytes of a body; 0: it refuses a text
    int status = 0;           // 0: without CORS headers, so no status can be seen
  };

  World& world_;
  Proxy proxy_;
  bool worker_ = false;
  bool up_ = true;
  Millis fastest_ = 5;
  Millis slowest_ = 150;
  std::uint32_t cut_before_ = 0;  // percent
  std::uint32_t cut_after_ = 0;
  std::uint32_t silent_ = 0;
};

}  // namespace sim
