/** The script tag: one global, `AppizerWeb`. */

import { version } from 'appizer:core';
import { createAppizer, type Sentences } from './appizer.js';
import { browserHost } from './browser.js';
import { type Fallback, instantiate, instantiateFallback } from './core.js';
import { compile } from './module.js';

declare global {
  interface Window {
    AppizerWeb?: unknown;
    /** Set by appizer-web.debug.js. */
    AppizerWebSentences?: Sentences;
    /** Set by appizer-web.fallback.js. */
    AppizerWebFallback?: Fallback;
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): {
        createScriptURL(url: string): string;
      };
    };
  }
}

// Only while it runs does a script know itself.
const self = document.currentScript as HTMLScriptElement | null;

// A second copy of the script must not replace a client that runs.
window.AppizerWeb ??= createAppizer({
  host: browserHost,
  core: () => instantiate(compile()),
  fallback: async () => {
    await loadBeside('fallback');
    return instantiateFallback(window.AppizerWebFallback as Fallback);
  },
  sentences: async () => {
    await loadBeside('debug');
    return window.AppizerWebSentences as Sentences;
  },
  version,
});

/**
 * Loads a file of the same release, beside this one. With this script's nonce, and through a policy of its
 * own name where the page demands trusted types.
 */
function loadBeside(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    if (self?.nonce) script.nonce = self.nonce;
    const url = (self?.src ?? '').replace(/\.js($|[?#])/, `.${name}.js$1`);
    script.src =
      window.trustedTypes
        ?.createPolicy(`appizer-web-${name}`, { createScriptURL: (same) => same })
        .createScriptURL(url) ?? url;
    script.onload = resolve;
    script.onerror = reject;
    document.head.appendChild(script);
  });
}
