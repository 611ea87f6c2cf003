/** The bindings against the frameworks' own declarations. It is checked, not run (frameworks.test.mjs). */
import { AppizerWeb } from 'appizer-web';
import { Appizer } from 'appizer-web/next';
import { appizerPlugin } from 'appizer-web/nuxt';
import { AppizerProvider, useAppizer } from 'appizer-web/react';
import { startAppizer } from 'appizer-web/svelte';
import { AppizerPlugin, useAppizer as useInVue } from 'appizer-web/vue';
import { createApp } from 'vue';

interface Shop {
  plan_chosen: { plan: string };
}

export function Plans() {
  const appizer = useAppizer<Shop>();
  // @ts-expect-error an event needs its properties
  appizer.trackEvent('plan_chosen');
  return (
    <button type="button" onClick={() => appizer.trackEvent('plan_chosen', { plan: 'pro' })} />
  );
}

export const pages = [
  <AppizerProvider key="a" appId="demo" autoEvents>
    <Plans />
    text
  </AppizerProvider>,
  <AppizerProvider key="b" client={AppizerWeb}>
    {null}
  </AppizerProvider>,
  // @ts-expect-error without a client it needs an app
  <AppizerProvider key="c" autoEvents />,
  <Appizer key="d" appId="demo" autoHook={{ starts: true }} />,
];

createApp({}).use(AppizerPlugin, { appId: 'demo', debug: true });
useInVue<Shop>().trackEvent('plan_chosen', { plan: 'pro' });
appizerPlugin({ appId: 'demo' })({ vueApp: createApp({}) });
startAppizer<Shop>({ appId: 'demo' }).trackEvent('plan_chosen', { plan: 'pro' });
