/**
 * appizer-web.stub.js, what a page has before the script: takes its calls and keeps them, with the time of
 * each, until the script comes (appizer.ts replays them). Once `init` has said for which app, they are in storage as
 * well, as other early calls are (early_calls.ts): if the script does not come to this page, the next page sends them.
 *
 * In the JavaScript of 2009, so that a page does not break either in a browser too old for the script.
 */

import type { Call, Stub } from '../api/build.js';
import { earlyPrefix } from '../api/early_key.js';
import type { Appizer, Options } from '../api/types.js';

var page = window;

function open() {
  var queue: Call[] = [];
  var time = 0;
  var user: string | undefined;
  var over: boolean | undefined;
  var stub = {
    q: queue,
    flush: function () {
      return Promise.resolve({ delivered: 0, dropped: 0, pending: queue.length });
    },
    // Called, it makes an empty one.
    getContext: Object,
  } as unknown as Stub;
  'create init trackEvent setUserId getUserId setUserProperties setConsent reset shutdown'
    .split(' ')
    .forEach(function (name) {
      stub[name as 'create'] = function (first?: unknown) {
        var given: Call[1] = arguments;
        var other: Stub | undefined;
        var i = queue.length;
        var call: Call;
        var events: unknown;
        var view: unknown;
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
        if (i < 1000) queue.push([name, given, Date.now()]);
        try {
          if (name === 'init') {
            // Other options may have a say in what is kept.
            if (
              !(
                document.hidden ||
                (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
              ) &&
              navigator.locks &&
              !/(^|,)(?!a|debug)/.test(Object.keys(first as object) as never)
            ) {
              stub.k = earlyPrefix((first as Options).appId, (first as Options).apiBase);
            }
            // What was called before it as well.
            i = 0;
          }
          if (name === 'setUserId') user = first + '';
          for (; i < queue.length; ++i) {
            call = queue[i] as Call;
            events = call[0] === 'init' && (call[1][0] as Options).autoEvents;
            view = events && (events as { pageViews?: unknown }).pageViews !== false;
            if (stub.k && !over && (view || call[0] === 'trackEvent')) {
              time = Math.max(time + 1, Date.now());
              localStorage[stub.k + time] = JSON.stringify({
                n: call[1][0] + '',
                p: call[1][1],
                v: view ? document.title : 0,
                r: document.referrer,
                t: call[2],
                u: location.href,
                i: user || localStorage.appizer_user_id,
                s: i + 1,
              });
              call[3] = time;
            }
            // Whose is it after that, and may it be kept?
            over = over || /C|^r|sh/.test(call[0]);
          }
          if (name === 'setConsent') {
            queue.forEach(function (one) {
              delete localStorage[stub.k + (one[3] + '')];
            });
            stub.k = '';
          }
        } catch (_) {}
        return other as Appizer;
      };
    });
  return stub;
}

page.AppizerWeb = page.AppizerWeb || open();
