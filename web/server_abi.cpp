// The exports of the module of `Server`: those of abi.h that it has, with the same shapes, so that
// the same glue calls them. `apz_track`'s third text is what the event is about,
// `apz_set_user_properties` is `Server::identify`, and `apz_set_user_id` is `Server::alias`.
#include <cstdint>

#include "abi.h"
#include "base/text.h"
#include "buffers.h"
#include "server/server.h"

namespace {

Server client;

// Everything is in storage when the call returns.
std::int32_t at_once(Status status) { return code(status) + APZ_WAITS; }

}  // namespace

extern "C" {

APZ_EXPORT(apz_start)
std::int32_t apz_start(std::uint32_t config_size, double monotonic, double wall) {
  return code(client.start(text(config_size), entropy(config_size), at(monotonic, wall)));
}

APZ_EXPORT(apz_track)
std::int32_t apz_track(std::uint32_t name_size, std::uint32_t properties_size,
                       std::uint32_t about_size, double happened, double monotonic, double wall) {
  return at_once(client.track(text(name_size), text(properties_size, name_size),
                              text(about_size, name_size + properties_size), millis(happened),
                              at(monotonic, wall)));
}

APZ_EXPORT(apz_set_user_id)
std::int32_t apz_set_user_id(std::uint32_t size, double monotonic, double wall) {
  return at_once(client.alias(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_set_user_properties)
std::int32_t apz_set_user_properties(std::uint32_t size, double monotonic, double wall) {
  return at_once(client.identify(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_flush)
std::int32_t apz_flush(std::uint32_t token, double monotonic, double wall) {
  return at_once(client.flush(token, at(monotonic, wall)));
}

APZ_EXPORT(apz_host_event)
void apz_host_event(std::int32_t event, double monotonic, double wall) {
  if (event != APZ_WAKE) __builtin_trap();
  client.handle_wake(at(monotonic, wall));
}

}  // extern "C"

#include "exports.h"
