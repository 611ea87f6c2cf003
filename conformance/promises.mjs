/**
 * What an SDK may promise, and how each promise is tried in a real browser.
 *
 * A promise counts only where an SDK's documentation makes it. What no SDK has to say is that it does no harm: that the
 * page sees no error of it, that it does not flood a server, and that it sends no card number.
 *
 * @typedef {import('./stage.mjs').Adapter} Adapter
 * @typedef {import('puppeteer-core').Browser} Browser
 * @typedef {{ kept: boolean, detail: string, harm?: boolean }} Verdict `harm`: broken also where nothing is claimed
 * @typedef {object} Promised
 * @property {string} id
 * @property {string} title what holds, in a few words
 * @property {string} how what is done
 * @property {(browser: Browser, adapter: Adapter) => Promise<Verdict>} try
 */
import { consentKeeps, consentSends, consentStores } from './tries/consent.mjs';
import { closed, crash, errors, leave, leaveDown, outage, tabs } from './tries/delivery.mjs';
import { blocked, cache, cards, hostile, quota, refused, wrapped } from './tries/page.mjs';

/** @type {Promised[]} */
export const promises = [
  {
    id: 'outage',
    title: 'Outage',
    how: 'The server is gone for 8 s while five events are tracked. The page stays open, and one more event is tracked ten seconds later: all arrive within a minute',
    try: outage,
  },
  {
    id: 'errors',
    title: 'Server errors',
    how: 'For 8 s requests with events are answered 503, as five are tracked. The page stays open, one more event is tracked ten seconds later, and all arrive within a minute',
    try: errors,
  },
  {
    id: 'crash',
    title: 'Crash',
    how: 'The server is gone, three events are tracked, and the tab crashes two seconds later. The server returns, and the next page of the site sends them within a minute',
    try: crash,
  },
  {
    id: 'closed',
    title: 'Closed tab',
    how: 'The same, but after six seconds the visitor goes to a page without the SDK and closes the tab',
    try: closed,
  },
  {
    id: 'leave',
    title: 'Click on a link',
    how: 'An event is tracked and the page is left in the same task. It arrives, at the latest from the next page, and counts once: a copy has the same id',
    try: leave,
  },
  {
    id: 'leave-down',
    title: 'Click on a link in an outage',
    how: 'The server is gone, an event is tracked and the page is left in the same task. The server returns, and the next page sends the event within a minute',
    try: leaveDown,
  },
  {
    id: 'tabs',
    title: 'Two tabs',
    how: 'Two tabs track ten events each while the server is gone; one of them crashes. All twenty arrive, and each counts once',
    try: tabs,
  },
  {
    id: 'refused',
    title: 'Storage refused',
    how: 'Every access to localStorage throws, as in a browser that blocks it: the page sees no error, and the events arrive',
    try: refused,
  },
  {
    id: 'quota',
    title: 'Storage full',
    how: 'localStorage is full: the page sees no error, and the events arrive',
    try: quota,
  },
  {
    id: 'blocked',
    title: 'Blocked endpoint',
    how: 'An ad blocker refuses every request for 15 s: the page sees no error, and at most 20 requests are attempted',
    try: blocked,
  },
  {
    id: 'hostile',
    title: 'Hostile page',
    how: 'An old library has given arrays a toJSON and all objects an enumerable property, and the page has frozen Object.prototype: events arrive with their properties as they were',
    try: hostile,
  },
  {
    id: 'wrapped',
    title: 'Wrapped fetch',
    how: 'The page wraps fetch, as error trackers do, and passes requests on 20 ms later: events arrive, and the page sees no error',
    try: wrapped,
  },
  {
    id: 'cache',
    title: 'Back/forward cache',
    how: 'The page can be kept in the back/forward cache, and an event that is tracked after the return arrives',
    try: cache,
  },
  {
    id: 'cards',
    title: 'Card fields',
    how: 'A form with a card number, its code and a password is filled in and submitted: none of the three is in any request, however packed',
    try: cards,
  },
  {
    id: 'consent-sends',
    title: 'Nothing sent before consent',
    how: 'With consent pending an event is tracked and a button clicked: for five seconds no request has data of the visitor',
    try: consentSends,
  },
  {
    id: 'consent-stores',
    title: 'Nothing stored before consent',
    how: 'The same: localStorage, sessionStorage and cookies stay empty',
    try: consentStores,
  },
  {
    id: 'consent-keeps',
    title: 'Events kept until consent',
    how: 'An event from before consent arrives after it is granted',
    try: consentKeeps,
  },
];
