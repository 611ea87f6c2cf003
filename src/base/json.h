// Bounded reading of text we did not write; writing.
//
// Everything that reaches the core from outside (properties, options, stored records, server
// bodies) is read here, by the lexer of nlohmann/json under a small reader of our own. The
// library's DOM costs 25 KB brotli in the module, its SAX interface 6 KB, its lexer 2.6 KB
// (docs/size.md).
#pragma once

#include <cstddef>

#include "base/list.h"
#include "base/text.h"

namespace appizer::json {

/// One member of an object: its name, and its value as it stands in the text.
struct Member {
  View name;
  View value;
};

/// Adds the members of the object that `text` is. False where it is not exactly one valid object.
bool members(View text, List<Member>& out);

/// Returns the value of the named member as it stands in the text, `View::none()` without one.
View member(View text, View name);

/// Whether `text` is exactly one valid JSON object.
bool is_object(View text);

/// Return the value where `text` is exactly one JSON string, number, `true` or `false`; else
/// `View::none()`, NaN, `neither`.
View string(View text);
double number(View text);
enum class Truth { no, yes, neither };
Truth boolean(View text);

/// Adds the strings in the array that `text` is. False where there is anything else in it, or it is
/// none.
bool strings(View text, List<String>& out);

/// Appends a JSON string. Bytes that are not UTF-8 become U+FFFD: what we write is always valid.
void append_string(String& out, View text);

/// Appends a member of an object, after a comma unless an object has just begun. `name` needs no
/// escaping.
void append_member(String& out, View name, View value);

/// Appends a number without fraction.
void append_integer(String& out, std::int64_t value);
/// Returns its digits, as scratch.
View integer_text(std::uint64_t value);

/// Shortens `text` to at most `limit` bytes, at a character's boundary.
View clip(View text, std::size_t limit);

/// How much of a caller's object is taken.
struct Limits {
  /// Objects and arrays inside each other; the outermost counts as 1.
  std::size_t depth;
  /// Values in all, at every level.
  std::size_t values;
  /// Bytes of one string, as UTF-8.
  std::size_t string;
  /// Bytes of one member's name.
  std::size_t name;
  /// Bytes of the whole text.
  std::size_t size;
};

/// A caller's object, within the limits. What is not of the caller's own text is kept.
struct Copy {
  /// The members without the outer braces: `"a":1,"b":[2]`. Empty for an empty object.
  View members;
  /// The outermost names under which something was shortened or left out.
  List<View> cut;
  /// Outermost names left out because they are ours.
  List<View> reserved;
};

/// Copies the object that `text` is; false where it is not one. What exceeds the limits is
/// shortened or left out, and named. `is_reserved` says which outermost names the caller may not
/// use.
bool copy(View text, const Limits& limits, bool (*is_reserved)(View), Copy& out);

}  // namespace appizer::json
