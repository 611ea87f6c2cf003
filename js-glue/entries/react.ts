/** `appizer-web/react`: the client as a hook, started by a provider. Page views need neither. */

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
} from 'react';
import type { Appizer, Options, Registered } from '../api/types.js';
import { AppizerWeb } from './index.js';

const Client = createContext(AppizerWeb as Appizer);

/** The options of `AppizerWeb.init`; `client`, where it is another than `AppizerWeb`; or one that is started elsewhere. */
export type AppizerProviderProps = { children?: ReactNode } & (
  | (Options & { client?: Appizer | undefined })
  | { appId?: undefined; client: Appizer }
);

/** Starts the client once, in the browser, with the options of the first render. Unmounting does not end it. */
export function AppizerProvider(props: AppizerProviderProps): ReactElement {
  const { client = AppizerWeb as Appizer, children, ...options } = props;
  // StrictMode runs effects twice, and keeps refs.
  const started = useRef<Appizer | undefined>(undefined);
  useEffect(() => {
    if (started.current !== client && options.appId) client.init(options as Options);
    started.current = client;
  });
  return createElement(Client.Provider, { value: client }, children);
}

/** The client of the nearest provider, and `AppizerWeb` without one. Calls before it has started are kept. */
export function useAppizer<Events extends object = Registered>(): Appizer<Events> {
  return useContext(Client) as Appizer as Appizer<Events>;
}
