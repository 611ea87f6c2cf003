// Bounded reading of text we did not write; writing.
//
// Everything that reaches the core from outside (properties, options, stored records, server
// bodies) is read here, by the lexer of nlohmann/json under a small reader of our own. The
// library's DOM costs 25 KB brotli in the module, its SAX interface 6 KB, its lexer 2.6 KB
// (docs/size.md).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace appizer::json {

/// One member of an object: its name, and its value as it stands in the text.
struct Member {
  std::string name;
  std::string_view value;
};

/// Returns the members of the object that `text` is, none where it is not exactly one valid object.
std::optional<std::vector<Member>> members(std::string_view text);

/// Returns the value of the named member as it stands in the text.
std::optional<std::string_view> member(std::string_view text, std::string_view name);

/// Whether `text` is exactly one valid JSON object.
bool is_object(std::string_view text);

/// Return the value where `text` is exactly one JSON string, number, `true` or `false`.
std::optional<std::string> string(std::string_view text);
std::optional<double> number(std::string_view text);
std::optional<bool> boolean(std::string_view text);

/// Adds the strings in the array that `text` is. False where there is anything else in it, or it is
/// none.
bool strings(std::string_view text, std::vector<std::string>& out);

/// Appends a JSON string. Bytes that are not UTF-8 become U+FFFD: what we write is always valid.
void append_string(std::string& out, std::string_view text);

/// Appends a member of an object, after a comma unless an object has just begun. `name` needs no
/// escaping.
void append_member(std::string& out, std::string_view name, std::string_view value);

/// Appends a number without fraction.
void append_integer(std::string& out, std::int64_t value);

/// Shortens `text` to at most `limit` bytes, at a character's boundary.
std::string_view clip(std::string_view text, std::size_t limit);

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

/// A caller's object, within the limits.
struct Copy {
  /// The members without the outer braces: `"a":1,"b":[2]`. Empty for an empty object.
  std::string members;
  /// The outermost names under which something was shortened or left out.
  std::vector<std::string> cut;
  /// Outermost names left out because they are ours.
  std::vector<std::string> reserved;
};

/// Copies the object that `text` is, none where it is not one. What exceeds the limits is shortened
/// or left out, and named. `is_reserved` says which outermost names the caller may not use.
std::optional<Copy> copy(std::string_view text, const Limits& limits,
                         bool (*is_reserved)(std::string_view));

}  // namespace appizer::json
