/** `appizer-web/propagate`: tells the site's own server whose request it is. */

export {
  type Contextual,
  type PropagateOptions,
  propagate,
} from '../propagate/propagate.js';
