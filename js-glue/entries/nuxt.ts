/** `appizer-web/nuxt`: what `defineNuxtPlugin` takes. Page views need nothing else. */

import type { Appizer, Options } from '../api/types.js';
import { AppizerWeb } from './index.js';
import { AppizerPlugin } from './vue.js';

export { useAppizer } from './vue.js';

/** As much of a Nuxt app as is needed. */
interface NuxtApp {
  vueApp: Parameters<typeof AppizerPlugin.install>[0];
}

/**
 * Returns a plugin that starts `AppizerWeb` in the browser and provides it as `$appizer`, on the server too, where it
 * does nothing.
 *
 * @example
 * // plugins/appizer.ts
 * export default defineNuxtPlugin(appizerPlugin({ appId: 'YOUR_APP_ID', autoEvents: true }));
 */
export function appizerPlugin(
  options: Options,
): (app: NuxtApp) => { provide: { appizer: Appizer } } {
  return ({ vueApp }) => {
    AppizerPlugin.install(vueApp, options);
    return { provide: { appizer: AppizerWeb as Appizer } };
  };
}
