// What a simulated world can do beyond its first version. Each feature is drawn from dice of its
// own, so that a seed without it gives the same world as before.
#pragma once

#include <cstdint>
#include <string_view>

namespace sim {

// The formatter indents each line further than the last, and differently every time.
// clang-format off
/// proxy: refuses one text or one size, with or without a status that the page can see.
/// worker: a service worker answers for a server that cannot be reached.
/// endless: the status comes, the body never ends.
/// dead_locks: no request for a lock is ever answered.
/// false_offline: `onLine` is false though the network works, and true though it does not.
/// own_clear: the page itself clears storage, without an event in its own document.
/// long_answers: bodies longer than what is read of them.
/// foreign_keys: other scripts fill and free storage.
/// deploy: the server answers 404 to everything for a while.
/// alias_refused: aliases alone are answered with 401 or 403.
/// twins: a new visitor opens two to four tabs in the same moment; each sees late what others store.
/// links: every id under which anything was sent, and that another replaced, is linked by an alias.
/// sequence: `$seq` and `$view_id` are checked.
/// views: automatic page views, in an app that navigates by itself.
/// prerender: a page is prepared before anybody opens it, and perhaps never opened.
/// batching: `flushInterval` is 30 s.
/// wrapped_fetch: another script has wrapped `fetch`, so what is sent while leaving may never go.
/// early: pages begin to listen and to keep calls before their client runs, and may never run it.
/// silence: no page is silent longer than documented while it has something to send.
#define APPIZER_SIM_FEATURES(X) \
  X(proxy) X(worker) X(endless) X(dead_locks) X(false_offline) X(own_clear) X(long_answers) \
  X(foreign_keys) X(deploy) X(alias_refused) X(twins) X(links) X(sequence) X(silence) X(views) X(prerender) X(batching) X(wrapped_fetch) X(early)
// clang-format on

enum class Feature : std::uint32_t {
#define X(name) name,
  APPIZER_SIM_FEATURES(X)
#undef X
      count
};

class Features {
 public:
  bool has(Feature feature) const { return (bits_ & bit(feature)) != 0; }
  void set(Feature feature, bool on) { bits_ = on ? bits_ | bit(feature) : bits_ & ~bit(feature); }
  /// By name; "all" is all of them. False: there is none of that name.
  bool set(std::string_view name, bool on);

 private:
  static std::uint32_t bit(Feature feature) { return 1U << static_cast<std::uint32_t>(feature); }

  std::uint32_t bits_ = 0;
};

struct FeatureName {
  Feature feature;
  std::string_view name;
};
constexpr FeatureName kFeatureNames[] = {
#define X(name) {Feature::name, #name},
    APPIZER_SIM_FEATURES(X)
#undef X
};

/// What worlds are made with: all that the core passes, changed by `--with` and `--without`.
Features& enabled_features();
/// Those that every world with faults has, whatever its dice say.
Features& forced_features();

}  // namespace sim
