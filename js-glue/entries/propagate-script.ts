/** appizer-web.propagate.js: the same for the script tag. It begins as soon as the page's `AppizerWeb` has loaded. */

import { globalOf, whenThere } from '../consent/page.js';
import { type Contextual, propagate } from '../propagate/propagate.js';

whenThere(
  () => {
    const client = globalOf<Contextual & { q?: unknown }>('AppizerWeb');
    // The stub, which has a queue, is there before it.
    return client?.getContext && !client.q && (client as Contextual);
  },
  (client) => propagate(client),
);
