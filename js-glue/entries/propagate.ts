/** `appizer-web/propagate`: adds the visitor to the page's requests to its own server. */

export {
  type Contextual,
  type PropagateOptions,
  propagate,
} from '../propagate/propagate.js';
