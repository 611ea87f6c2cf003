/** appizer-web.debug.js: the sentences, for the script tag. */

import { sentences } from './sentences.js';

window.AppizerWebSentences = sentences;
