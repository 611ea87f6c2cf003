/**
 * `appizer-web/wasm`: the same client, with the module in a file of its own: `appizer-web/core.wasm`. The browser
 * compiles it while it arrives, and keeps it in its cache from one release of the site to the next.
 */

import { createAppizer } from '../api/appizer.js';
import { traced } from '../api/build.js';
import type { AnyEvents, Appizer } from '../api/types.js';
import { type Instances, openInstances } from '../bridge/instances.js';
import { npm } from './npm.js';

export * from './public.js';

/** What `fetch` gives, as much of it as is needed: not every project has the declarations of the DOM. */
export interface WasmResponse {
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Where the module comes from: what `fetch` gives, its bytes, or the compiled module (`WebAssembly.Module`). */
export type Source = WasmResponse | ArrayBuffer | ArrayBufferView | CompiledModule;

/** A `WebAssembly.Module`, which TypeScript declares without any member. */
export type CompiledModule = object;

/**
 * Makes a client of a module that is yet to come. `source` is asked once, by the first `init` where there is a
 * page; calls wait until the module is there. If it does not come, or the page forbids WebAssembly, the same core
 * is loaded as JavaScript.
 */
export function fromWasm<Events extends object = AnyEvents>(
  source: () => Source | PromiseLike<Source>,
): Appizer<Events> {
  let instances: Instances | undefined;
  let loading: Promise<WebAssembly.Module> | undefined;
  return createAppizer(
    traced({
      ...npm,
      core: () => {
        if (!instances) throw new Error('is loading');
        return instances.take();
      },
      coreLater: async (complete) => {
        try {
          // The fallback brings what is missing.
          if (!complete) throw new Error('not here');
          loading ??= compile(source);
          const module = await loading;
          instances ??= openInstances(module);
          return await instances.takeLater();
        } catch {
          return npm.fallback();
        }
      },
    }),
  ) as Appizer as Appizer<Events>;
}

async function compile(source: () => Source | PromiseLike<Source>): Promise<WebAssembly.Module> {
  const given = await source();
  if (given instanceof WebAssembly.Module) return given;
  if (!('arrayBuffer' in given)) return WebAssembly.compile(given as BufferSource);
  const response = given as Response;
  // Streaming wants the right type (and Safari 15): a server may not know it.
  const isTyped = response.headers.get('content-type') === 'application/wasm';
  return isTyped && WebAssembly.compileStreaming
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
