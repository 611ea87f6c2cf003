// What became of everything that was tracked. Invariants: nothing lost, nothing twice, order kept.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coverage.h"
#include "plan.h"
#include "send.h"
#include "storage.h"
#include "wire.h"

namespace sim {

/// An event, a user, an alias or a fact about a user, from its tracking to its end.
struct Entry {
  enum Kind : std::uint8_t { event, user, alias, fact };

  Kind kind;
  std::uint32_t document;  // that tracked it
  std::uint32_t life;      // of that document: from load or pageshow to pagehide
  std::uint32_t place;     // among what the document tracked in the same lane
  std::uint32_t holder;    // the document that has it in memory, or had it last
  Millis tracked;
  std::uint64_t id = 0;
  Millis held = 0;  // since then the holder has it, if another document tracked it
  std::uint32_t last_send = UINT32_MAX;
  bool in_this_send = false;  // while its order is looked at
  std::uint32_t copies = 0;   // that reached the server
  Millis stored = -1;
  Millis harmed = -1;              // a fault damaged the stored text that it was in
  bool outdated = false;           // storage holds it longer than the core wants
  bool handed_over = false;        // at some time
  bool expected = true;            // an alias is, once it was seen
  bool poison = false;             // the server refuses it, always
  bool reported = false;           // in a report of a documented end
  bool unsaved = false;            // its page died while storage did not take it
  bool only_stored = false;        // no page had it in memory when it was harmed
  std::uint32_t keeper = 0;        // the document that had it in memory when it was harmed
  bool withdrawn = false;          // its page may not send it any more
  bool large = false;              // no proxy that refuses a size takes it
  bool disliked = false;           // a proxy refuses it while it refuses a text
  Millis cleared = -1;             // its page removed it from storage itself, and still has it
  std::uint32_t failed_alone = 0;  // answers that no other record can be the cause of
  std::uint32_t last_alone = UINT32_MAX;  // the request of the last of these
  std::uint32_t fault = UINT32_MAX;       // the request that showed that it is at fault itself
  bool repeated = false;  // the site named the same user again: more than one record has this tag

  bool is_stored() const { return stored >= 0; }
  /// It may be at fault itself, so that others go before it.
  bool set_aside() const { return failed_alone >= (kind == alias ? 1U : 2U); }
  bool closed() const {
    return is_stored() || reported || !expected || harmed >= 0 || unsaved || repeated || withdrawn;
  }
};

class Ledger {
 public:
  Ledger(const Plan& plan, std::vector<Send>& sends, const Storage& storage, Coverage& coverage)
      : plan_(plan), sends_(sends), storage_(storage), coverage_(coverage) {}

  void open_document();
  Tag track(std::uint32_t document, bool poison, bool large, Millis now);
  /// A user, and the alias that may follow, which has the next tag.
  Tag name(std::uint32_t document, Millis now);
  void name_again(Tag tag);
  Tag know(std::uint32_t document, Millis now);
  /// The visitor of a page withdrew consent for what it has in memory.
  void withdraw(std::uint32_t document);
  void withdraw(Entry& entry);
  void withdraw_user(Tag tag) { withdraw(entries_[tag]); }
  /// The anonymous id is to be linked.
  void expect_alias(Tag user) { entries_[user + 1].expected = true; }
  void withdraw_last() { withdraw(entries_.back()); }

  /// A document takes in what it read from storage.
  void took_over(std::uint32_t document, Lane lane, std::string_view text, Millis now);
  /// A page with an early call does not make it, as storage does not have it any more.
  void leaves_call(Tag tag) {
    // Another page may find and send it, before or after what the page makes from now on.
    documents_[entries_[tag].document].was_away = true;
    entries_[tag].holder = UINT32_MAX;
    if (entries_[tag].harmed >= 0) entries_[tag].only_stored = true;
  }
  /// A document wrote, or tried to write, this.
  void wrote(Lane lane, std::string_view text);
  void sending(std::uint32_t send);
  void stored(std::uint32_t send, Millis now);
  void reported(std::uint32_t document, std::string_view json);
  /// The page knows that the server will never take this one.
  void refused_alone(const Send& send);

  /// Everything that is stored goes.
  void harm_all(Millis now);
  /// A fault damaged a stored text.
  void harm(Lane lane, std::string_view text, Millis now);
  /// A fault kept the core from replacing or removing a stored text.
  void outdate(Lane lane, std::string_view text);
  /// A fault can make a lease run out under its owner, or hide one.
  void disturb() { disturbed_ = true; }

  /// Two pages may have taken over the same one.
  bool leases_excuse() const { return !plan_.locks && disturbed_; }
  /// Whether a copy of it needs no cause.
  bool copy_excused(Tag tag) const {
    const Entry& entry = entries_[tag];
    return entry.harmed >= 0 || entry.outdated || leases_excuse();
  }
  /// Whether the server must know the user when the alias arrives.
  bool user_expected(Tag alias) const;
  /// A page that came back has again what it had handed over.
  void put_back(const Send& send);
  /// A request was handed over to the browser as its page went away.
  void handed_over(const Send& send);

  /// A page got an answer that may be due to what is in the request.
  void failed(std::uint32_t send);
  /// Whether what is in the request is at fault itself: its failure says nothing about the server.
  bool at_fault(const Send& send);
  /// Whether it may be: it has failed alone.
  bool set_aside(const Send& send);
  /// Whether it was this request that showed it.
  bool shows_fault(std::uint32_t send);
  /// A page removed everything from storage; what it has in memory it must write again.
  void cleared_by(std::uint32_t document, Millis now);
  /// Whether records were given up that no report names.
  bool harmed() const { return harmed_; }
  bool evicted_unnamed() const { return unnamed_[events] + unnamed_[users] > 0; }

  void leaves(std::uint32_t document, bool unsaved, Millis now);
  void returns(std::uint32_t document);
  /// `unsaved`: storage did not take everything of late.
  void dies(std::uint32_t document, bool unsaved, Millis now);

  /// Everything has healed: each entry must have a documented end.
  void close();

  const Entry& entry(Tag tag) const { return entries_[tag]; }
  std::size_t size() const { return entries_.size(); }
  bool all_closed() const;
  /// The first invariant that was violated, empty if none was.
  const std::string& violation() const { return violation_; }
  void violated(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }
  /// Whether storage has it.
  bool persisted(Tag tag) const;
  std::string word(Tag tag) const;

 private:
  struct Document {
    std::uint32_t life = 0;
    bool away = false;
    bool dead = false;
    bool was_away = false;
    Millis end = -1;  // when it went away last, or died
    std::vector<Tag> tracked[2];
    std::size_t first_open[2] = {0, 0};
    std::uint32_t uncounted = 0;  // lost events that no later event of it could report of
  };

  bool copies_excused(const Entry& entry) const {
    return entry.harmed >= 0 || entry.outdated || entry.repeated || leases_excuse();
  }
  void check_cause(const Entry& entry, Tag tag, const Send& send);
  void check_order(const Send& send);
  void check_order(const Send& send, Tag tag, const Entry* before);
  bool may_be_overtaken(const Entry& entry, const Send& by) const;
  bool excused(const Entry& entry) const;
  void outdate_all();
  bool is_disliked() const;
  bool is_probe(const Send& send) const;
  bool in_memory(std::uint32_t keeper) const;
  /// The page that had it in memory when it was harmed has ended since.
  bool not_outlived(const Entry& entry) const;
  std::vector<Entry*> entries_of(const Send& send);
  Entry& add(Entry::Kind kind, std::uint32_t document, Millis now);

  const Plan& plan_;
  std::vector<Send>& sends_;
  const Storage& storage_;
  Coverage& coverage_;
  std::vector<Entry> entries_;
  std::vector<Document> documents_;
  std::string violation_;
  bool disturbed_ = false;
  bool harmed_ = false;
  std::set<std::uint64_t> automatic_;  // ids that the server has stored
  /// What a page recorded by itself, by id: only how it failed alone counts.
  std::map<std::uint64_t, Entry> automatic_entries_;
  std::uint64_t unnamed_[2] = {};   // of ends that were counted in a report, not named
  std::uint64_t reported_[2] = {};  // in reports
  std::uint64_t counted_ = 0;       // the sum of `$dropped` that the server has stored
  bool count_may_be_lost_ = false;
};

}  // namespace sim
