/** `appizer-web/vue`: a plugin that starts the client, and the client for components. Page views need neither. */

import { inject } from 'vue';
import type { Appizer, Options, Registered } from '../api/types.js';
import { AppizerWeb } from './index.js';

const CLIENT = Symbol.for('appizer-web/vue');

/** As much of a Vue app as is needed. */
interface App {
  provide(key: symbol, value: unknown): unknown;
  config: { globalProperties: object };
}

/**
 * Starts the client, in the browser, and is `$appizer` in templates.
 *
 * @example
 * createApp(App).use(AppizerPlugin, { appId: 'YOUR_APP_ID', autoEvents: true }).mount('#app');
 */
export const AppizerPlugin = {
  /** `options`: those of `AppizerWeb.init`; `client`, where it is another than `AppizerWeb`. */
  install(app: App, options: Options & { client?: Appizer | undefined }): void {
    const { client = AppizerWeb as Appizer, ...rest } = options;
    if (typeof window === 'object') client.init(rest);
    app.provide(CLIENT, client);
    Object.assign(app.config.globalProperties, { $appizer: client });
  },
};

/** The client of the app, and `AppizerWeb` without the plugin. Only where Vue allows `inject`, such as in `setup`. */
export function useAppizer<Events extends object = Registered>(): Appizer<Events> {
  return inject(CLIENT, AppizerWeb as Appizer) as Appizer as Appizer<Events>;
}
