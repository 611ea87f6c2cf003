/** The script tag: one global, `AppizerWeb`. */

import { version } from 'appizer:core';
import { createAppizer, type Sentences } from './appizer.js';
import { browserHost } from './browser.js';
import { instantiate } from './core.js';
import { compile } from './module.js';

declare global {
  interface Window {
    AppizerWeb?: unknown;
    /** Set by appizer-web.debug.js. */
    AppizerWebSentences?: Sentences;
  }
}

// Only while it runs does a script know itself.
const self = document.currentScript as HTMLScriptElement | null;

// A second copy of the script must not replace a client that runs.
window.AppizerWeb ??= createAppizer({
  host: browserHost,
  core: () => instantiate(compile()),
  sentences: loadSentences,
  version,
});

// The sentences are in a file beside this one.
function loadSentences(): Promise<Sentences> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    if (self?.nonce) script.nonce = self.nonce;
    script.src = (self?.src ?? '').replace(/\.js($|[?#])/, '.debug.js$1');
    script.onload = () =>
      window.AppizerWebSentences ? resolve(window.AppizerWebSentences) : reject();
    script.onerror = reject;
    document.head.appendChild(script);
  });
}
