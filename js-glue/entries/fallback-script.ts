/** appizer-web.fallback.js: the core as JavaScript, for the script tag. */

import { fallback } from './fallback.js';

window.AppizerWebFallback = fallback;
