/** A page to track: where it is, what is watched of it, and what happens on it. */

import type { Host, HostEvents } from '../api/host.js';
import { WATCHED } from '../bridge/abi.js';
import type { World, WorldOptions } from './types.js';

type Facts = Record<keyof Pick<WorldOptions, 'url' | 'title' | 'referrer'>, string>;

export interface TestPage
  extends Pick<World, 'navigate' | 'setTitle' | 'scroll' | 'click'>,
    Required<Pick<Host, 'listen' | 'page' | 'watch'>> {
  /** Where the client listens; nothing while none does. */
  events(): HostEvents | undefined;
}

/** Makes it; `endTask` ends the running task, before anything happens on the page; `now` is the test's clock. */
export function createPage(
  { url, title, referrer }: Facts,
  endTask: () => void,
  now: () => number,
): TestPage {
  let events: HostEvents | undefined;
  let watched = 0;
  let deepest = -1;
  let navigated = now();
  const landing = url;
  return {
    events: () => events,
    listen(given) {
      events = given;
      return () => {
        events = undefined;
      };
    },
    page(measure, restart) {
      if (measure) deepest = Math.max(deepest, 0);
      const page = { url, title, referrer, landing, loaded: true, scroll: deepest };
      if (restart) deepest = -1;
      return page;
    },
    watch(what) {
      watched |= what;
      return () => {
        watched &= ~what;
      };
    },
    navigate(to, options = {}) {
      endTask();
      url = new URL(to, url).href;
      const gesture = options.gesture ?? now() > navigated;
      navigated = now();
      if (watched & WATCHED.navigation) events?.navigation(url, gesture);
      title = options.title ?? title;
    },
    setTitle(text) {
      title = text;
    },
    scroll(percent) {
      deepest = Math.max(deepest, percent);
    },
    click(to, { download, button = 0 } = {}) {
      endTask();
      const link = { url: new URL(to, url).href, download, button };
      if (watched & WATCHED.links) events?.click(link);
    },
  };
}
