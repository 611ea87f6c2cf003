/**
 * appizer-web.stub.js, what a page has before the script: takes its calls and keeps them, with the time of
 * each, until the script comes (appizer.ts replays them). If it never comes, nothing happens.
 *
 * In the JavaScript of 2009, so that a page does not break either in a browser too old for the script.
 */

import type { Call, Stub } from '../api/build.js';
import type { Appizer } from '../api/types.js';

var page = window;

function open() {
  var queue: Call[] = [];
  var stub = {
    q: queue,
    flush: function () {
      return Promise.resolve({ delivered: 0, dropped: 0, pending: queue.length });
    },
  } as unknown as Stub;
  'create init trackEvent setUserId getUserId setUserProperties setConsent reset shutdown'
    .split(' ')
    .forEach(function (name) {
      stub[name as 'create'] = function (first?: unknown) {
        var given: Call[1] = arguments;
        var other: Stub | undefined;
        if (name === 'create') {
          other = open();
          given = [other];
          if (first) other.init(first as never);
        } else if (name !== 'init') {
          try {
            // The page may change its object before the call is replayed.
            given = JSON.parse(JSON.stringify(given));
          } catch (_) {}
        }
        // Later calls are dropped, as with `MAX_WAITING` (client.ts).
        if (queue.length < 1000) queue.push([name, given, Date.now()]);
        return other as Appizer;
      };
    });
  return stub;
}

page.AppizerWeb = page.AppizerWeb || open();
