/** `appizer-web/snippet`: what a page's HTML needs, for a server that generates it. */

import { stub as text } from 'appizer:stub';
import type { Options } from '../api/types.js';

/** What a tag can say; everything else needs `AppizerWeb.init`. */
export interface SnippetOptions {
  /** The options of `AppizerWeb.init`. Without an `appId` the page has to call that itself. */
  appId?: string | undefined;
  autoEvents?: boolean | undefined;
  autoHook?: boolean | undefined;
  apiBase?: string | undefined;
  consent?: Options['consent'] | undefined;
  debug?: boolean | undefined;
  /** Where the script is. Default: `https://cdn.appizer.com/js/appizer-web.js`. */
  src?: string | undefined;
  /** Its hash, from `appizer-web/sri.json`: a browser then runs this very file, or none. */
  integrity?: string | undefined;
  /** The nonce of the page's Content-Security-Policy. */
  nonce?: string | undefined;
}

/** What takes the calls until the script has come, as JavaScript: the content of appizer-web.stub.js. */
export const stub: string = text;

/** The two tags, as HTML for a page's head: the stub inside, and the script, which does not block the first paint. */
export function snippet({
  src = 'https://cdn.appizer.com/js/appizer-web.js',
  integrity,
  nonce,
  ...options
}: SnippetOptions = {}): string {
  const once = attribute('nonce', nonce);
  const check = integrity && `${attribute('integrity', integrity)} crossorigin="anonymous"`;
  const told = Object.entries(options).map(([name, value]) =>
    attribute(`data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value),
  );
  return `<script${once}>${text}</script>
<script async${attribute('src', src)}${check ?? ''}${once}${told.join('')}></script>`;
}

function attribute(name: string, value: unknown): string {
  if (value === undefined) return '';
  return ` ${name}="${String(value).replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`;
}
