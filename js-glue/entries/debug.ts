/**
 * appizer-web.debug.js, for the script tag: the sentences, which appizer-web.js loads with `debug: true`; and traces of
 * the clients of a page that loads it before appizer-web.js.
 */

import type { Stub } from '../api/build.js';
import { sentences } from '../api/sentences.js';
import type { Appizer } from '../api/types.js';
import { openTools } from '../trace/tools.js';

// It may come a second time, for its sentences.
if (!window.AppizerWebSentences) {
  window.AppizerWebSentences = sentences;
  const there = window.AppizerWeb as Appizer | Stub | undefined;
  if ((there as Appizer | undefined)?.version) {
    // Nothing is recorded of clients that run already.
    (there as Appizer).trace = () => ({
      steps: 0,
      lost: 0,
      save: async () => {
        throw new Error(
          'A trace begins with the start of the SDK: load appizer-web.debug.js before appizer-web.js.',
        );
      },
    });
  } else {
    window.AppizerWebTools = openTools().watch;
  }
}
