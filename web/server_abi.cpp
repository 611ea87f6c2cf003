// The exports of the module of `Server`: those of abi.h that it has, with the same shapes, so that
// the same glue calls them. `apz_track`'s third text is what the event is about,
// `apz_set_user_properties` is `Server::identify`, and `apz_set_user_id` is `Server::alias`.
#include <cstring>

#include "abi.h"
#include "base/compare.h"
#include "base/json.h"
#include "base/text.h"
#include "server/server.h"

namespace {

using namespace appizer;

Server server;
String input;
String output;
Moment now;

Millis millis(double time) {
  constexpr double kEnd = static_cast<double>(kFurthest);
  if (!(time > -kEnd)) return 0;  // NaN as well
  return static_cast<Millis>(min(time, kEnd));
}

const Moment& at(double monotonic, double wall) {
  now = {millis(monotonic), millis(wall)};
  return now;
}

View text(std::uint32_t size, std::uint32_t offset = 0) {
  if (offset > input.size() || size > input.size() - offset) __builtin_trap();
  return {input.data() + offset, size};
}

View text_or_none(std::int32_t size, std::uint32_t offset = 0) {
  return size < 0 ? View::none() : text(static_cast<std::uint32_t>(size), offset);
}

// Everything is in storage when the call returns.
std::int32_t at_once(Status status) { return code(status) + APZ_WAITS; }

}  // namespace

extern "C" {

APZ_EXPORT(apz_input)
char* apz_input(std::uint32_t size) {
  if (size > input.size()) input.resize(size);
  return input.data();
}

APZ_EXPORT(apz_output)
const char* apz_output() { return output.data(); }

APZ_EXPORT(apz_output_size)
std::uint32_t apz_output_size() { return static_cast<std::uint32_t>(output.size()); }

APZ_EXPORT(apz_start)
std::int32_t apz_start(std::uint32_t config_size, double monotonic, double wall) {
  Entropy seed;
  std::memcpy(seed.bytes, text(sizeof seed, config_size).data(), sizeof seed);
  return code(server.start(text(config_size), seed, at(monotonic, wall)));
}

APZ_EXPORT(apz_track)
std::int32_t apz_track(std::uint32_t name_size, std::uint32_t properties_size,
                       std::uint32_t about_size, double happened, double monotonic, double wall) {
  return at_once(server.track(text(name_size), text(properties_size, name_size),
                              text(about_size, name_size + properties_size), millis(happened),
                              at(monotonic, wall)));
}

APZ_EXPORT(apz_set_user_id)
std::int32_t apz_set_user_id(std::uint32_t size, double monotonic, double wall) {
  return at_once(server.alias(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_set_user_properties)
std::int32_t apz_set_user_properties(std::uint32_t size, double monotonic, double wall) {
  return at_once(server.identify(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_flush)
std::int32_t apz_flush(std::uint32_t token, double monotonic, double wall) {
  return at_once(server.flush(token, at(monotonic, wall)));
}

APZ_EXPORT(apz_storage_value)
void apz_storage_value(std::uint32_t key_size, std::int32_t value_size, double monotonic,
                       double wall) {
  server.handle_storage_value(text(key_size), text_or_none(value_size, key_size),
                              at(monotonic, wall));
}

APZ_EXPORT(apz_storage_keys)
void apz_storage_keys(std::int32_t size, double monotonic, double wall) {
  server.handle_storage_keys(text_or_none(size), at(monotonic, wall));
}

APZ_EXPORT(apz_lock)
void apz_lock(std::uint32_t name_size, std::int32_t granted, double monotonic, double wall) {
  server.handle_lock(text(name_size), granted != 0, at(monotonic, wall));
}

APZ_EXPORT(apz_store_failed)
void apz_store_failed(std::uint32_t key_size, double monotonic, double wall) {
  server.handle_store_failed(text(key_size), at(monotonic, wall));
}

APZ_EXPORT(apz_response)
void apz_response(std::uint32_t body_size, std::uint32_t id, std::int32_t status,
                  double retry_after, double reset, double retry_at, double monotonic,
                  double wall) {
  server.handle_response(id, status, {retry_after, reset, retry_at}, text(body_size),
                         at(monotonic, wall));
}

APZ_EXPORT(apz_host_event)
void apz_host_event(std::int32_t event, double monotonic, double wall) {
  if (event != APZ_WAKE) __builtin_trap();
  server.handle_wake(at(monotonic, wall));
}

APZ_EXPORT(apz_poll)
std::int32_t apz_poll() {
  Effect next;
  output.clear();
  if (!server.poll(next)) return Effect::none;
  output += static_cast<char>('0' + next.flag);
  json::append_integer(output, next.number);
  output += '\0';
  output += next.text;
  output += '\0';
  output += next.more;
  return next.kind;
}

APZ_EXPORT(apz_next_wake)
double apz_next_wake() { return static_cast<double>(server.next_wake()); }

}  // extern "C"
