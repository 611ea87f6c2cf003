/**
 * `appizer-web/next`: what a layout of Next.js needs, marked as client components. With `instrumentation-client.ts`
 * none of it is needed: call `AppizerWeb.init` there.
 */

import { useEffect, useRef } from 'react';
import type { Options } from '../api/types.js';
import { AppizerWeb } from './index.js';

export { AppizerProvider, type AppizerProviderProps, useAppizer } from './react.js';

/**
 * Starts `AppizerWeb` once, in the browser, and renders nothing. A server component may render it, with options that
 * are no functions.
 *
 * @example
 * <Appizer appId="YOUR_APP_ID" autoEvents autoHook />
 */
export function Appizer(options: Options): null {
  const started = useRef(false);
  useEffect(() => {
    if (!started.current) AppizerWeb.init(options);
    started.current = true;
  });
  return null;
}
