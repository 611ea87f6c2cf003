/** `appizer-web/svelte`: the client in the context of components. Page views need none of it. */

import { getContext, onMount, setContext } from 'svelte';
import type { Appizer, Options, Registered } from '../api/types.js';
import { AppizerWeb } from './index.js';

const CLIENT = Symbol.for('appizer-web/svelte');

/**
 * Starts the client in the browser, once the component that calls it is mounted, such as `+layout.svelte`.
 *
 * `options`: those of `AppizerWeb.init`; `client`, where it is another than `AppizerWeb`.
 */
export function startAppizer<Events extends object = Registered>(
  options: Options & { client?: Appizer | undefined },
): Appizer<Events> {
  const { client = AppizerWeb as Appizer, ...rest } = options;
  onMount(() => client.init(rest));
  return setContext(CLIENT, client) as Appizer as Appizer<Events>;
}

/** The client of the nearest component that started one, and `AppizerWeb` without it. */
export function useAppizer<Events extends object = Registered>(): Appizer<Events> {
  return (getContext<Appizer>(CLIENT) ?? AppizerWeb) as Appizer as Appizer<Events>;
}
