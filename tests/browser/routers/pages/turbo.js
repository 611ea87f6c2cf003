/** The shop as pages of a server, fetched and put in place by Turbo. */
import '@hotwired/turbo';
