// @ts-check
/**
 * Closing the connections of a server that is going away, as soon as nothing is under way on any.
 *
 * Node's own closing waits for a connection over which nothing was ever asked, and browsers open
 * such ahead of need.
 */

// One request that never ends must not hold up the rest for ever.
const patienceMs = 5000;

/** @param {import('node:http').Server} server */
export function createWayOut(server) {
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
