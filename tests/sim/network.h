// What is between the pages and the server.
#pragma once

#include <cstdint>

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

 private:
  Millis delay();
  void fail(std::uint32_t index, Millis after);

  World& world_;
  bool up_ = true;
  Millis fastest_ = 5;
  Millis slowest_ = 150;
  std::uint32_t cut_before_ = 0;  // percent
  std::uint32_t cut_after_ = 0;
  std::uint32_t silent_ = 0;
};

}  // namespace sim
