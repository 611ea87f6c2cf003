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

/** Makes it; `endTask` ends the running task, before anything happens on the page. */
export function createPage({ url, title, referrer }: Facts, endTask: () => void): TestPage {
  let events: HostEvents | undefined;
  let watched = 0;
  let deepest = 0;
  return {
    events: () => events,
    listen(given) {
      events = given;
      return () => {
        events = undefined;
      };
    },
    page(scroll) {
      const page = { url, title, referrer, scroll: scroll ? deepest : -1 };
      deepest = 0;
      return page;
    },
    watch(what) {
      watched = what;
      return () => {
        watched = 0;
      };
    },
    navigate(to, options = {}) {
      endTask();
      url = new URL(to, url).href;
      if (watched & WATCHED.navigation) events?.navigation(url);
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
