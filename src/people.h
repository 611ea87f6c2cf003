// What the server hears of the visitor beside events: user records and aliases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "delivery.h"
#include "effect.h"

namespace appizer {

/// Makes the records of the people lane. Properties that are set one after the other are merged
/// into one record for as long as it has not been sent.
class People {
 public:
  /// The site named a visitor. `linked` is the anonymous id that is theirs too, empty for none.
  void named(std::string_view user_id, std::string_view linked, Delivery& delivery,
             Effects& effects);

  /// The site knows something about the visitor: a JSON object. `email` and `phone` are fields of a
  /// user record, everything else goes into its `properties`. False where it is no object.
  bool know(std::string_view user_id, std::string_view properties, Delivery& delivery,
            Effects& effects);

 private:
  struct Fact {
    std::string name;
    std::string value;
  };
  std::vector<Fact> known_;
  std::string known_of_;
  std::uint32_t number_ = 0;
};

}  // namespace appizer
