/**
 * What CommonJS needs beside its entries. Jest's environments hide globals of Node (in that of jsdom there is no
 * `TextEncoder`), and its `import()` works only behind a flag; its `require` always does. Not `require` itself, which
 * a bundler would follow: there, `import()` works.
 */

import { missing, provide, type StandIns } from '../api/natives.js';

declare const module: { require?: (path: string) => unknown } | undefined;

if (missing(false)) {
  try {
    provide((module as { require(path: string): StandIns }).require('node:util'));
  } catch {
    // The fallback brings them.
  }
}
