/** Made by the bundler from the built module (scripts/bundle.mjs). */
declare module 'appizer:core' {
  /** The bytes of core.wasm in packedadecimal. */
  export const packed: string;
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
