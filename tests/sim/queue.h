// Events that are due, in order of time.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "rng.h"

namespace sim {

enum class Due : std::uint8_t { timer, arrival, answer, lock, storage, begin };

struct Event {
  Millis at;
  std::uint32_t order;
  Due kind;
  std::uint32_t document;
  /// A timer's generation, or the index of a request, a claim or a storage change.
  std::uint32_t what;

  bool operator<(const Event& other) const {
    return at != other.at ? at > other.at : order > other.order;
  }
};

class Queue {
 public:
  void push(Millis at, Due kind, std::uint32_t document, std::uint32_t what) {
    events_.push({at, next_++, kind, document, what});
  }
  /// Later, but still before whatever was to happen after it.
  void put_off(Event event, Millis at) {
    event.at = at;
    events_.push(event);
  }
  bool empty() const { return events_.empty(); }
  Millis next() const { return events_.top().at; }
  Event pop() {
    const Event event = events_.top();
    events_.pop();
    return event;
  }

 private:
  std::priority_queue<Event> events_;
  std::uint32_t next_ = 0;
};

}  // namespace sim
