/** The shop as pages of a server, put in place by swup: the URL first, the page when it has come. */
import Swup from 'swup';

new Swup({ animationSelector: false, linkSelector: 'a[href]' });
