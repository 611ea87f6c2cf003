#include "abi/door.h"

#include <new>

// The client is nobody's to reach; so what owns it is compiled here, in the place of the library's.
#include "../../web/abi.cpp"

namespace appizer::test {

void renew() {
  client.~Client();
  new (&client) Client;
  input.clear();
  output.clear();
}

}  // namespace appizer::test
