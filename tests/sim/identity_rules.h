// Identity rules. Invariants: an event belongs to the id that was current in its page and has its
// own time; tabs follow each other; no alias links two known users, or one pair twice; no user gets
// the session of another.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clock.h"
#include "coverage.h"
#include "ledger.h"
#include "plan.h"
#include "send.h"

namespace sim {

class IdentityRules {
 public:
  IdentityRules(const Plan& plan, const Clock& clock, const std::vector<Send>& sends,
                Ledger& ledger, Coverage& coverage)
      : plan_(plan), clock_(clock), sends_(sends), ledger_(ledger), coverage_(coverage) {}

  void open_document() { documents_.emplace_back(); }

  /// A page is about to track something under the user id `id`, empty while it has none.
  /// `happened` is wall time.
  void acts(Tag tag, std::uint32_t document, const std::string& id, Millis happened);
  void acts(Tag tag, std::uint32_t document, const std::string& id) {
    acts(tag, document, id, clock_.wall());
  }
  /// It is not known any more whose it is.
  void forget(Tag tag) { acts_[tag].owner = kNone; }
  bool is_forgotten(Tag tag) const { return acts_[tag].owner == kNone; }
  /// The site named the visitor of a page. `behind`: the page cannot know yet what another page
  /// did.
  void named(Tag tag, std::uint32_t document, const std::string& before, const std::string& after,
             bool behind);
  void may_be_new(std::uint32_t document) {
    documents_[document].new_until = clock_.monotonic() + appizer::Identity::kNew;
  }
  void was_reset(std::uint32_t document, const std::string& before, const std::string& after);
  /// A page has a user id. `kept` is the id that was stored before, empty for none.
  void begins(std::uint32_t document, const std::string& id, const std::string& kept);
  /// A decision ended the wait of a page.
  void decided(std::uint32_t document, bool granted);
  /// What waits of aliases, in all pages, is removed.
  void withdraws() { withdrawn_ = true; }
  /// And it has carried out the logins and logouts that waited; `kept` is the id that was stored
  /// before, empty for none.
  void replays(std::uint32_t document, const std::string& kept);
  /// A page dropped some of the calls that waited in it, a login or logout perhaps among them.
  void overflowed(std::uint32_t document);
  /// A page got a storage event, or read storage.
  void followed(std::uint32_t document, const std::string& before, const std::string& after,
                bool event);
  void sending(std::uint32_t send);
  /// The server took it.
  void stored(const Send& send);
  /// Every id that was used, and that another replaced, is linked.
  void check_links() const;

  /// Whether another page has changed who the visitor is since then.
  bool changed_since(std::uint32_t document, Millis when) const;
  /// A fault took or changed a stored id, or kept one from being written.
  void disturb() { disturbed_ = true; }
  bool disturbed() const { return disturbed_; }
  /// Whether another tab's id may still replace the page's.
  bool is_new(std::uint32_t document, const std::string& id) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Act {
    std::uint32_t owner = kNone;
    std::uint32_t document = 0;
    Millis wall = 0;
    std::uint32_t era = kNone;
    bool sent = false;
  };
  struct Owner {
    std::uint64_t id = 0;  // its hash; 0: to be learned
    bool anonymous = false;
  };
  struct Document {
    std::uint32_t owner = kNone;
    std::string id;
    Millis new_until = -1;
    std::uint32_t waiting = kNone;  // the owner of what waits for a decision
    bool resets = false;            // a reset waits for it too
    bool parts = false;             // and is carried out with it
    bool overflowed = false;        // and some of what waited was dropped
    bool unsure = false;            // so perhaps the reset as well
  };
  struct Pair {
    std::uint32_t asked = 0;
    std::uint32_t last_send = kNone;
    bool excused = false;
  };

  void changes(std::uint32_t document) { changed_[document] = clock_.now(); }
  static bool is_known(const std::string& id) { return id.starts_with('u'); }
  std::uint32_t owner_of(std::uint32_t document, const std::string& id);
  void check_owner(const Part& part, Act& act);
  void sees(const std::string& id);
  void check_alias(const Part& part, std::uint32_t send);
  void check_session(const Part& part, const Act& act);

  const Plan& plan_;
  const Clock& clock_;
  const std::vector<Send>& sends_;
  Ledger& ledger_;
  Coverage& coverage_;
  std::vector<Act> acts_;
  std::vector<Document> documents_;
  std::vector<Owner> owners_;
  std::set<std::string> made_;  // anonymous ids
  /// By page and id, whose took its place.
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> replaced_;
  std::map<std::uint64_t, Tag> linked_;  // of anonymous ids, the known user
  std::map<std::uint64_t, Tag> known_;   // of known ids
  std::map<std::pair<Tag, std::uint64_t>, Pair> links_;
  std::set<std::uint64_t> used_;       // ids under which the server has stored anything
  std::set<std::uint64_t> aliased_;    // ids that the server has linked to another
  std::set<std::uint64_t> abandoned_;  // ids that their page gave up for another tab's
  std::set<std::uint64_t> parted_;     // ids that a reset ended
  std::map<std::uint64_t, std::uint32_t> sessions_;
  std::map<std::uint32_t, Millis> changed_;  // by document
  std::uint32_t era_ = 0;                    // counts logouts and changes of user
  bool disturbed_ = false;
  bool withdrawn_ = false;
};

}  // namespace sim
