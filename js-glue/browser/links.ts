/** Clicks on links. */

import type { Link } from '../api/host.js';
import { AbortController, listen } from '../api/natives.js';
import { LONGEST } from './navigation.js';

/**
 * Reports each click on a link, before the page's own handlers run, and of those in open shadow roots
 * as well; returns what ends it. It only listens: nothing is prevented or delayed.
 */
export function watchLinks(onClick: (link: Link) => void): () => void {
  const listener = (event: MouseEvent) => {
    try {
      for (const node of event.composedPath() as Partial<HTMLAnchorElement>[]) {
        if (node.localName !== 'a' && node.localName !== 'area') continue;
        // In SVG it is an object.
        const href = (node.href as unknown as SVGAnimatedString)?.baseVal ?? node.href;
        if (!href) continue;
        onClick({
          url: new URL(href.slice(0, LONGEST), document.baseURI).href,
          download: node.getAttribute?.('download')?.slice(0, LONGEST),
          button: event.button,
        });
        return;
      }
    } catch {
      // An address that is none.
    }
  };
  const stop = new AbortController();
  listen(window, 'click', listener, stop.signal);
  // The wheel's button opens a link too.
  listen(window, 'auxclick', listener, stop.signal);
  return () => stop.abort();
}
