// Finds what documents that are gone have left in storage, and takes it in.
//
// A document holds a lock while it has segments. A document that sees segments of another document,
// now and still a moment later, and gets that document's lock without waiting, takes them over: it
// reads the segments it saw, as many at a time as its next requests need, and keeps the lock until
// they are delivered, or until it goes away itself. The moment between is for a document that has
// just written its first segment and whose lock is on its way. Only what was seen before is read:
// what came after has an owner. A document that has just made early calls (storage_keys.h) may hold
// no lock yet, so nobody touches any of it for `kEarly`.
#pragma once

#include "base/compare.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "effect.h"
#include "storage_keys.h"

namespace appizer {

class Orphans {
 public:
  /// From the start of a page to its first look, so that the page's own start is not burdened.
  static constexpr Millis kFirstScan = 1 * kSecond;
  static constexpr Millis kConfirmAfter = 1 * kSecond;
  /// Documents whose segments are taken over at a time.
  static constexpr std::size_t kMost = 16;
  /// A document waits no longer than this for the lock of its former name. If another one had it,
  /// the answer would come at once: locks that never answer keep nobody else's.
  static constexpr Millis kReclaimPatience = 5 * kSecond;

  explicit Orphans(View prefix) : prefix_(prefix + storage_keys::kSegments) {}

  /// Looks around at the given time, or earlier if it was going to.
  void scan_at(Millis when);
  /// The same for the rest, where there were more documents than are taken over at a time: those
  /// that have an owner are not tried again.
  void scan_rest_at(Millis when);
  /// The document's former name: its segments are taken back at once, without a second look; at
  /// `unanswered`, where nothing has said by then whether they may be.
  void reclaim(View former, Millis unanswered);
  /// Whether the former segments are still to be taken back.
  bool reclaiming() const { return !former_.empty(); }

  /// The keys of all segments, separated by line feeds. `own` is this document.
  void handle_storage_keys(View keys, View own, const Moment& now);
  /// The documents whose locks are to be tried now.
  List<View> take_due(Millis now, Effects& effects);
  /// The lock of a document was, or was not, to be had. True: it is of no use, give it back.
  bool handle_ownership(View document, bool granted);
  /// Asks for the next segment of those that are owned, if the queue wants more; for all of those
  /// under the document's former name, in any case.
  void read_next(bool more, Effects& effects);
  /// Whether segments are owned that have not been read.
  bool reading() const;

  /// A segment that was asked for.
  struct Found {
    View key;
    char lane = 0;
  };
  /// Says whether the key is one that was asked for.
  bool handle_storage_value(View key, Found& found);

  /// What was taken in is delivered: the documents whose locks can go.
  List<View> take_finished();
  /// Whether there were more documents than are taken over at a time.
  bool left_some() const { return left_some_; }
  void forget();

  Millis next_wake() const { return min(min(due_, early_due_), unanswered_); }

 private:
  struct Key {
    char lane;
    Millis number;
    String text;
  };
  struct Leftover {
    enum Stage { listed, claiming, owned };
    String document;
    List<Key> keys;
    Stage stage = listed;
    bool asked = false;  // for the first key
  };
  Leftover* find(View document);
  void finish(View document);

  String prefix_;
  String former_;
  Millis unanswered_ = kNever;
  List<Leftover> leftovers_;
  /// Documents that have an owner, while there are more than are taken over at a time; and those
  /// whose early calls are not touched yet.
  List<String> owned_;
  Millis due_ = kNever;
  /// When the first of the early calls that were not touched may be taken over.
  Millis early_due_ = kNever;
  bool scanned_ = false;
  bool left_some_ = false;
};

}  // namespace appizer
