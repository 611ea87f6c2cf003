/** appizer-web.fallback.js: the core as JavaScript, for the script tag. */

import { fallback, standIns } from './fallback.js';

window.AppizerWebFallback = Object.assign(fallback, { standIns });
