/**
 * As much of the frameworks as their bindings use, so that building needs none of them. A project's own declarations
 * take their place; tests/frameworks checks the bindings against them.
 */

declare module 'react' {
  export type ReactNode = unknown;
  export interface ReactElement {
    readonly type: unknown;
  }
  export interface Context<T> {
    readonly Provider: (props: { value: T; children?: ReactNode }) => ReactElement;
  }
  export function createContext<T>(value: T): Context<T>;
  export function createElement<P>(
    type: (props: P) => ReactElement,
    props: P,
    ...children: ReactNode[]
  ): ReactElement;
  export function useContext<T>(context: Context<T>): T;
  export function useEffect(effect: () => void): void;
  export function useRef<T>(value: T): { current: T };
}

declare module 'vue' {
  export function inject<T>(key: symbol, otherwise: T): T;
}

declare module 'svelte' {
  export function getContext<T>(key: unknown): T | undefined;
  export function setContext<T>(key: unknown, value: T): T;
  export function onMount(start: () => void): void;
}
