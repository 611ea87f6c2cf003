// What is sent about the visitor beside events: user records and aliases.
#pragma once

#include <cstdint>

#include "base/list.h"
#include "base/text.h"
#include "delivery/delivery.h"
#include "effect.h"

namespace appizer {

/// Makes the records of the users lane. Properties that are set one after the other are merged
/// into one record for as long as it has not been sent.
class UserRecords {
 public:
  /// The site named a visitor. `linked` is the anonymous id that is theirs too, empty for none;
  /// `origin` where they came from: members, each after a comma.
  void identify(View user_id, View linked, View origin, Delivery& delivery, Effects& effects);

  /// The site knows something about the visitor: a JSON object. `email` and `phone` are fields of a
  /// user record, everything else goes into its `properties`. False where it is no object.
  bool set_properties(View user_id, View properties, View origin, Delivery& delivery,
                      Effects& effects);

 private:
  struct Property {
    String name;
    String value;
  };
  List<Property> properties_;
  String user_id_;
  std::uint32_t number_ = 0;
};

}  // namespace appizer
