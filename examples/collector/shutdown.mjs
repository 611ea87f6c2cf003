// @ts-check
/**
 * Graceful shutdown: closes the connections of a server as soon as no request is open.
 *
 * Node's own `close` waits for connections without any request, and browsers open such connections in advance.
 */

// A request that never ends must not block the shutdown for ever.
const patienceMs = 5000;

/** @param {import('node:http').Server} server */
export function createShutdown(server) {
  let underWay = 0;
  let isLeaving = false;
  server.on('request', (_request, response) => {
    underWay += 1;
    response.on('close', () => {
      underWay -= 1;
      leaveIfDone();
    });
  });

  return {
    /** @returns {() => void} to be called when all are closed */
    hangUp() {
      isLeaving = true;
      leaveIfDone();
      const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
      return () => clearTimeout(timer);
    },
  };

  function leaveIfDone() {
    if (isLeaving && underWay === 0) server.closeAllConnections();
  }
}
