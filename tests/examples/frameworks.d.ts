/** As much of the frameworks as the snippets of docs/ use, so that they compile without them. */

declare module 'nuxt/app';
declare module '@angular/core';
declare module '@angular/platform-browser';
declare module 'vue';

declare module '*.vue';

declare const process: {
  env: Record<string, string | undefined>;
  once(event: string, listener: () => unknown): void;
  exit(code: number): never;
};

declare module 'node:http' {
  // biome-ignore lint/suspicious/noExplicitAny: a stand-in
  type Any = any;
  export function createServer(handle: (request: Any, response: Any) => void): {
    listen(port: number): void;
  };
}

declare namespace React {
  type ReactNode = unknown;
}

declare module 'vitest' {
  export const test: (name: string, run: () => unknown) => void;
  export const afterEach: (run: () => unknown) => void;
  // biome-ignore lint/suspicious/noExplicitAny: a stand-in
  export const expect: any;
}

declare module '@playwright/test' {
  // biome-ignore lint/suspicious/noExplicitAny: a stand-in
  type Any = any;
  interface Page {
    route(url: RegExp, handle: (route: Any) => Promise<void>): Promise<void>;
    goto(url: string): Promise<void>;
    getByRole(role: string, options: object): Any;
  }
  export const test: (name: string, run: (fixtures: { page: Page }) => Promise<void>) => void;
  export const expect: { poll(call: () => unknown): Any };
}

declare namespace JSX {
  interface IntrinsicElements {
    [name: string]: object;
  }
}
