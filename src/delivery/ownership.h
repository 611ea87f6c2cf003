// Which document may send which segments of the durable queue.
//
// A document owns the segments it writes while it holds the lock of its name: a Web Lock, or a
// lease where the host has no locks (leases.h). Segments whose owner is gone are orphaned
// (orphans.h); a document takes them over by the lock of the name they were written under. The
// recovery lock says which one document of the site may try a server that failed.
#pragma once

#include "base/ids.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "delivery/delivery.h"
#include "delivery/leases.h"
#include "delivery/orphans.h"
#include "effect.h"

namespace appizer {

class Ownership {
 public:
  Ownership(const Config& config, Ids& ids, View prefix, Delivery& delivery);

  /// The document begins: it takes a name, and looks for orphaned segments a little later.
  void start(const Moment& now);
  /// Looks for orphaned segments a little later, or when it was going to, if that is earlier.
  void scan_soon(const Moment& now);

  /// Takes what was read of a segment or a lease, or what another document wrote there; ignores any
  /// other key.
  void handle_storage_value(View key, View text, const Moment& now, Effects& effects);
  /// The names of all segments, separated by line feeds. True: one is missing that the document has
  /// written, so somebody has emptied storage.
  bool handle_storage_keys(View list, const Moment& now);
  /// An early call of a document that is gone, under `key`, as `text` (early_calls.h).
  struct Call {
    String key;
    String text;
  };
  /// The next one that was taken over; what it records is to be put in its place.
  bool take_call(Call& call);
  /// Takes in what storage has under a key.
  void read_segment(Delivery::Lane lane, View key, View text, Effects& effects);
  /// The key of this document's own early call of that time, as scratch.
  View key_of_call(View time) const;
  /// Looks whether storage still has what was written there: no event says that the page's own
  /// scripts emptied it.
  void verify_storage(Effects& effects);
  /// A lock of this name was, or was not, to be had.
  void handle_lock(View name, bool granted, Effects& effects);
  /// The page is gone: it holds nothing, and takes over nothing.
  void handle_handover(Effects& effects);
  /// The page is back. Others may have taken over its segments, so it takes a new name, and takes
  /// over what is left under the old one.
  void handle_pageshow(const Moment& now, Effects& effects);

  /// Whether the document's lease may have run out while it slept. It then goes on as one that is
  /// back from the back/forward cache.
  bool overslept(const Moment& now) const;
  /// Gives its leases back.
  void release_leases(Effects& effects);

  /// Takes and gives back locks as the queue needs them. `away`: the page is gone.
  void advance(bool away, const Moment& now, Effects& effects);
  /// When `advance` next has something to do.
  Millis next_wake() const;

 private:
  /// `chosen` is empty for a new one.
  void take_name(View chosen = {});
  void decide(View document, bool granted, Effects& effects);
  void take_in(const Orphans::Found& segment, View text, Effects& effects);
  void hold_own(const Moment& now, Effects& effects);
  void release_own(Effects& effects);
  void update_own(const Moment& now, Effects& effects);
  void claim(View document, Effects& effects);
  void update_recovery(Effects& effects);

  const Config& config_;
  Ids& ids_;
  String prefix_;
  Delivery& delivery_;
  Orphans orphans_;
  Leases leases_;
  String document_;
  /// Early calls that were read.
  List<Call> calls_;
  bool owns_ = false;
  bool verifying_ = false;
  /// Whether the recovery lock is held or waited for.
  bool asked_recovery_ = false;
};

}  // namespace appizer
