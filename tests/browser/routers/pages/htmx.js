/** The shop as pages of a server, put in place by htmx's boosted links: the page first, then its URL. */
import 'htmx.org';
