// The server: stores what arrives, and answers with every documented status and some others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rng.h"
#include "send.h"

namespace sim {

class World;

class Server {
 public:
  explicit Server(World& world) : world_(world) {}

  /// Takes in a request, and writes its answer into it.
  void handle(std::uint32_t index);

  void change(Lane lane, Rng& rng);
  /// While a deployment replaces the server, every address is unknown.
  void deploy(bool begins) { deploying_ = begins; }
  /// A browser may not link users, though it may do everything else.
  void refuse_aliases(Rng& rng) { alias_status_ = rng.pick({0, 401, 403, 403}); }
  void heal();

 private:
  struct Mood {
    int status = 0;  // 0: fine; -1: anything
    std::uint32_t percent = 0;
    bool stores_anyway = false;
    bool asks = false;
  };

  bool well_formed(const Send& send) const;
  bool refuses(const Send& send, int& status) const;
  void ask(Send& send, Rng& rng) const;

  World& world_;
  Mood moods_[2];
  std::size_t largest_ = SIZE_MAX;
  bool deploying_ = false;
  int alias_status_ = 0;
};

}  // namespace sim
