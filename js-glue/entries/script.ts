/**
 * The script tag: one global, `AppizerWeb`, configured by `init` or by attributes of the tag.
 *
 * Whichever copy runs first is the one that counts: another, of whatever version, must not replace a client that
 * runs.
 */

import { integrity } from 'appizer:beside';
import { version } from 'appizer:core';
import { createAppizer } from '../api/appizer.js';
import { type Sentences, type Stub, traced } from '../api/build.js';
import { NativePromise, now, ofDocument, provide, type StandIns } from '../api/natives.js';
import type { Appizer } from '../api/types.js';
import { type Fallback, openFallback } from '../bridge/core.js';
import { instantiate, instantiateLater } from '../bridge/module.js';
import { browserHost } from '../browser/host.js';

declare global {
  interface Window {
    AppizerWeb?: Appizer | Stub;
    /** Set by appizer-web.debug.js. */
    AppizerWebSentences?: Sentences;
    /** Set by appizer-web.fallback.js. */
    AppizerWebFallback?: Fallback & { standIns: StandIns };
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

// Only while it runs does a script know itself, and as a module not even then. Asked past what the page's
// elements may have put in the way under these names.
const self = (ofDocument('currentScript') ??
  Document.prototype.querySelector.call(
    document,
    'script[src*=appizer-web]:not([src*=".stub."])',
  )) as HTMLScriptElement | null;

const fallback = beside('fallback');
const debug = beside('debug');

const there = window.AppizerWeb;
// An element of that id is there under its name too.
const appizer = (there as Appizer | undefined)?.version
  ? (there as Appizer)
  : createAppizer(
      traced({
        host: browserHost,
        wall: now,
        core: instantiate,
        coreLater: (complete, pause) => instantiateLater(complete, pause, loadFallback),
        sentences: async () => {
          await debug();
          return window.AppizerWebSentences as Sentences;
        },
        version,
      }),
      there as Stub | undefined,
    );
window.AppizerWeb = appizer;

const options: Record<string, unknown> = {};
for (const name of ['appId', 'autoEvents', 'autoHook', 'apiBase', 'consent', 'debug']) {
  const said = self?.dataset[name];
  // As in HTML, an attribute without a value counts as true.
  if (said !== undefined) options[name] = !said || said === 'true' || (said !== 'false' && said);
}
if (options.appId) appizer.init(options as never);

async function loadFallback() {
  // A page may have brought it itself.
  if (typeof window.AppizerWebFallback !== 'function') await fallback();
  const core = window.AppizerWebFallback as NonNullable<typeof window.AppizerWebFallback>;
  provide(core.standIns);
  return openFallback(core);
}

/**
 * Loads a file of the same release, beside this one. With this script's nonce, checked by its hash where the page
 * checks this script, and through a policy of its own name where the page demands trusted types.
 */
function beside(name: keyof typeof integrity): () => Promise<unknown> {
  let policy: ReturnType<NonNullable<typeof window.trustedTypes>['createPolicy']> | undefined;
  let loading: Promise<unknown> | undefined;
  return () => {
    loading ??= new NativePromise((resolve, reject) => {
      const script = document.createElement('script');
      // Calls wait for the fallback, and what waits is lost with the page.
      if (name === 'fallback') script.fetchPriority = 'high';
      if (self?.nonce) script.nonce = self.nonce;
      if (self?.integrity) script.integrity = integrity[name];
      // A page that demands it of every file from elsewhere (COEP) demands it of these too.
      script.crossOrigin = self?.crossOrigin ?? null;
      const url = (self?.src ?? '').replace(/\.js($|[?#])/, `.${name}.js$1`);
      // Once: few pages allow a second policy of the same name.
      policy ??= window.trustedTypes?.createPolicy(`appizer-web-${name}`, {
        createScriptURL: (same) => same,
      });
      script.src = policy?.createScriptURL(url) ?? url;
      script.onload = resolve;
      script.onerror = () => {
        loading = undefined;
        reject();
      };
      document.head.appendChild(script);
    });
    return loading;
  };
}
