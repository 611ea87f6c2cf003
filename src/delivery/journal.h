// What outlives the page: append, acknowledge, take over, set aside.
//
// A journal is a queue of records, in order, kept in segments: one storage key each. A record is
// waiting, or on its way in a flight; what a flight carried is then acknowledged (gone), or put
// back where it was. Segments are bounded, so that a write never grows with the queue: a new record
// rewrites at most `kRewritten` characters that were there before. Storage lags behind memory until
// `settle`, which joins all changes of a task; storage that fails leaves the records in memory, to
// be written when it works again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "delivery/record.h"
#include "effect.h"
#include "storage_keys.h"

namespace appizer {

class Journal {
 public:
  /// `lane` is its letter in the keys of segments (storage_keys.h).
  Journal(View prefix, char lane) : prefix_(prefix + storage_keys::kSegments), lane_(lane) {}

  /// What is written from now on belongs to this document.
  void set_document(View document);

  void append(Record&& record);

  /// So many records were lost: the next one that goes out reports them.
  void count_lost(std::size_t count) {
    if (count > 0) leave_count(0, 0, static_cast<std::uint32_t>(count));
  }

  /// Keeps one more record in storage, in a segment of its own, which this document does not send:
  /// it is for the document that takes over the segments, if this one ends without a further call.
  /// Replaces the one before; an empty text only removes it.
  void set_provisional(View text);

  bool has_provisional() const { return !provisional_.empty(); }

  /// What is appended next takes the place of an early call, which storage has under `key`.
  void replace(View key) { replaces_ = key; }
  /// The provisional record takes the place of an early call, which storage has under `key`.
  void replace_by_provisional(View key) {
    provisional_key_ = key;
    provisional_is_early_ = true;
  }
  /// The key of that call, until the final record is about to be appended, which takes its place
  /// then; empty where there is none.
  View early_provisional() const { return provisional_is_early_ ? View(provisional_key_) : View(); }
  String take_early_provisional();

  /// Removes the oldest waiting record, and leaves its count with the next one.
  bool evict(Record& evicted);

  /// A flight's worth from the first waiting record on: of one kind (`event` only several) and one
  /// app. `overhead` is what each record grows by when it is sent. Always at least one, if any
  /// waits.
  /// `skip` of those that wait are left where they are.
  List<const Record*> take(std::uint32_t flight, std::size_t most, std::size_t bytes,
                           std::size_t overhead, std::size_t skip = 0);
  /// Whether there is a user record among those that wait, behind the first; and how many wait
  /// before it.
  bool has_later_user(std::size_t& before) const;
  /// Takes out the record of this number, which waits. False if there is none. `moves`: it goes
  /// elsewhere, and storage keeps it here until `forget_moved`.
  bool extract(std::uint32_t number, Record& record, bool moves = false);
  /// Storage has what moved in its new place.
  void forget_moved();
  /// Whether storage keeps what moved.
  bool keeps_moved() const { return keeps_moved_; }
  /// The first that waits, null if none does. Valid until the journal changes.
  const Record* first() const;
  /// The first of a flight, to be given another text by `rewrite`.
  const Record* first_of(std::uint32_t flight) const;
  /// Gives a flight's only record another text.
  void rewrite(std::uint32_t flight, View text);

  /// The server has them. Returns how many.
  std::size_t acknowledge(std::uint32_t flight);
  /// They wait again, in their old place. Returns how many.
  std::size_t put_back(std::uint32_t flight);
  /// They are given up. Returns them; the count stays with the next record.
  List<Record> give_up(std::uint32_t flight);
  /// The browser has them: storage forgets them now, but they can still be acknowledged or put
  /// back.
  void hand_over(std::uint32_t flight);

  /// The number of the first record of this kind whose text starts so, 0 if there is none.
  std::uint32_t find(Kind kind, View start) const;

  /// Whether the record of this number is the last, and waits.
  bool is_last_waiting(std::uint32_t number) const;
  /// Gives the last record, which waits, another text.
  void amend(View text);

  /// What waits with one value of a member (`user_id`, `$session_id`) has another from now on.
  void rename(View member, View from, View to);

  /// Takes in a segment of a document that is gone, behind those taken in before and before what
  /// is the document's own. Its key stays; an unreadable line is left out and counted as dropped.
  /// Returns the number of such lines.
  /// `converted`: storage has something else there, and is to have `text`.
  std::size_t take_over(View key, View text, bool converted = false);

  /// Others may take the document's segments from now on: forgets what storage has, to take it over
  /// anew if it is still there later, and keeps what only memory has.
  void forget_stored();

  /// Storage was emptied by another script: everything must be written again.
  void handle_storage_cleared();
  /// `keys` are those of all segments in storage, separated by line feeds. Whether one that storage
  /// should have is missing.
  bool misses_segment(View keys) const;
  /// The write of `key` did not take.
  void handle_store_failed(View key, Millis now);

  /// Asks for the writes and removals that bring storage up to date. Returns whether they leave
  /// room in storage.
  bool sync(Effects& effects, Millis now);
  /// There may be room in storage: the next `sync` tries it again, if it had failed.
  void retry_storage() { retry_storage_ = -1; }

  /// When `sync` next has something to do without any change; `kNever` if it has not.
  Millis next_wake() const {
    return failing_ && (!dirty_.empty() || provisional_dirty_) ? retry_storage_ : kNever;
  }

  std::size_t size() const { return size_; }
  std::size_t waiting() const { return size_ - flying_; }
  std::size_t bytes() const { return bytes_; }
  bool storage_failing() const { return failing_; }
  /// Whether storage took the last write of everything.
  bool is_saved() const { return dirty_.empty(); }
  /// Whether storage holds, or should hold, anything.
  bool holds_storage() const { return !segments_.empty() || has_provisional(); }
  std::uint32_t last_number() const { return next_number_ - 1; }
  /// The number of the first waiting record, 0 if none waits.
  std::uint32_t first_waiting() const;
  /// Whether a record up to this number is still here.
  bool has_up_to(std::uint32_t number) const;

  /// A write may rewrite this many characters that storage already has.
  static constexpr std::size_t kRewritten = 2048;
  /// And a segment grows to this, larger single records aside.
  static constexpr std::size_t kSegment = 16 * 1024;
  /// Storage that failed is tried again after this, or as soon as something was removed.
  static constexpr Millis kStoragePause = 5 * kSecond;

 private:
  struct Segment {
    String key;
    List<Record> records;
    String moved;  // lines of what is elsewhere now, but in storage still here
    std::size_t bytes = 0;
    std::size_t written = 0;      // characters that storage has, unless the last write is refused
    std::size_t was_written = 0;  // and before that write
    bool dirty = false;
    bool stored = false;     // there may be something under its key
    bool taken = false;      // storage has it, unless the last write is refused
    bool was_taken = false;  // and before that write
    bool adopted = false;    // another document wrote it
  };
  using Segments = List<std::unique_ptr<Segment>>;

  struct Place {
    std::size_t segment;
    std::size_t record;
  };

  Place place_of(std::uint32_t number) const;
  void take_out(std::size_t segment, std::size_t record, Record& taken);
  void new_key(Segment& segment);
  Segment& open_segment(std::size_t bytes);
  void mark_dirty(Segment& segment);
  bool write(Segment& segment, Effects& effects);
  void write_provisional(Effects& effects, Millis now);
  View next_key();
  void leave_count(std::size_t segment, std::size_t record, std::uint32_t count);
  template <typename Gone>
  std::size_t remove(std::uint32_t flight, Gone gone);

  String prefix_;
  char lane_;
  String document_;
  std::uint32_t next_segment_ = 0;
  std::uint32_t next_number_ = 1;
  Segments segments_;
  /// The text of the provisional record, and the key under which storage has one, if any.
  String provisional_;
  String provisional_key_;
  bool provisional_dirty_ = false;
  bool provisional_refused_ = false;
  bool provisional_is_early_ = false;
  /// The key of the early call that the next record takes the place of; empty for none.
  String replaces_;
  bool last_is_open_ = false;
  List<Segment*> dirty_;
  List<String> erased_;
  std::size_t size_ = 0;
  std::size_t flying_ = 0;
  std::size_t bytes_ = 0;
  /// Lost records that no later record could take the count of.
  std::uint32_t dropped_ = 0;
  bool keeps_moved_ = false;
  bool failing_ = false;
  bool probing_ = false;
  Millis retry_storage_ = 0;
};

}  // namespace appizer
