/** appizer-web.debug.js: the sentences, for the script tag. */

import { sentences } from '../api/sentences.js';

window.AppizerWebSentences = sentences;
