/** What `debug: true` prints. */

import { attempt } from './attempt.js';
import { type Build, MAX_TRIES, type Sentences } from './build.js';

export interface Debug {
  /** From now on sentences go to `log`; with `on` false there are none. */
  configure(on: boolean, log?: (sentence: string) => void): void;
  /** Prints a sentence; an empty one is not printed. */
  say(words: (sentences: Sentences) => string): void;
  /** Says what is wrong with a call that returned `status`. */
  check(status: number): void;
}

export function openDebug(build: Build): Debug {
  let enabled = false;
  let log: (sentence: string) => void = (sentence) => console.info(sentence);
  let failures = 0;
  let sentences: Promise<Sentences> | undefined;

  // The sentences load later than the first mistakes happen; a promise keeps them in order.
  const say = async (words: (sentences: Sentences) => string) => {
    if (!enabled) return;
    try {
      sentences ??= build.sentences();
      const sentence = words(await sentences);
      if (sentence) log(`[Appizer] ${sentence}`);
    } catch {
      // Said once; not even that where it is the log that throws.
      if (!failures) attempt(() => log('[Appizer] the sentences of debug could not be loaded'));
      if (++failures < MAX_TRIES) sentences = undefined;
    }
  };
  return {
    configure(on, to) {
      enabled = on;
      log = to ?? log;
    },
    say,
    check(status) {
      if (status) say((all) => all.mistake(status));
    },
  };
}
