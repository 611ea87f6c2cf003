/** Made by the bundler from the built module (scripts/bundle.mjs). */
declare module 'appizer:core' {
  /** core.wasm as text (web/embed.mjs). */
  export const packed: string;
  /** The bytes, in hexadecimal, of the module that makes core.wasm of it (web/unpack.cpp). */
  export const unpacker: string;
  /** package.json's version. */
  export const version: string;
}

declare module 'appizer:fallback' {
  /** core.wasm as JavaScript. */
  export const fallback: import('./core.js').Fallback;
}

declare module 'appizer:stub' {
  /** stub.ts, as it ships. */
  export const stub: string;
}

declare module 'appizer:beside' {
  /** The hashes of the files that appizer-web.js may load, for the attribute `integrity`. */
  export const integrity: Record<'debug' | 'fallback', string>;
}

declare module 'appizer:server-core' {
  /** server.wasm, in base 64. */
  export const bytes: string;
}
