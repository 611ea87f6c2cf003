/** A small site with the SDK, in which one thing at a time can be wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollector } from '../../examples/collector/server.mjs';
import { serve } from '../../scripts/static.mjs';
import { createSite } from '../browser/harness/site.mjs';

/**
 * @typedef {object} Fault what differs from a site where all is well
 * @property {string} [before] HTML before the script tag
 * @property {string} [tag] instead of the script tag
 * @property {string} [init] instead of the call of `init`; API stands for the collector's address
 * @property {string} [body] HTML at the end of every page; API as above
 * @property {string} [lacking] a path whose page has no SDK
 * @property {(api: string) => string} [policy] a Content-Security-Policy
 * @property {NonNullable<Parameters<typeof createSite>[0]>['pages']} [pages] further ones
 * @property {object} [config] of the collector
 * @property {import('node:http').RequestListener} [api] instead of the collector
 * @property {string} [apiBase]
 */

const form = `<form name="contact" method="post" action="/sent">
  <label>Email <input name="email" type="email"></label>
  <label>Name <input name="full_name" autocomplete="name"></label>
  <label>Message <textarea name="message"></textarea></label>
  <label>Password <input name="password" type="password"></label>
</form>`;

/** @param {import('node:test').TestContext} t @param {Fault} [fault] */
export async function createFaultySite(t, fault = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'appizer-doctor-'));
  const collector = createCollector({ db: join(folder, 'events.sqlite'), config: fault.config });
  const real = await collector.listen();
  const other = fault.api && (await serve(fault.api));
  const api = fault.apiBase ?? other?.address ?? real;
  const tag = fault.tag ?? '<script src="/appizer-web.js"></script>';
  const init =
    fault.init ??
    "AppizerWeb.init({ appId: 'demo', apiBase: 'API', autoEvents: true, autoHook: true });";
  const sdk = `${fault.before ?? ''}${tag}<script>${init.replaceAll('API', api)}</script>`;
  const paths = ['/', '/plans', '/about', '/contact'];
  const pages = Object.fromEntries(
    paths.map((path) => [
      path,
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page ${path}</title>${path === fault.lacking ? '' : sdk}</head>
      <body>${paths.map((to) => `<a href="${to}">Go to ${to}</a> `).join('')}
      <a href="/logout">Log out</a>${path === '/contact' ? form : ''}${(fault.body ?? '').replaceAll('API', api)}</body></html>`,
    ]),
  );
  const policy = fault.policy?.(api);
  const site = await createSite({
    pages: { ...pages, '/logout': 'Logged out', ...fault.pages },
    headers: policy ? { 'content-security-policy': policy } : {},
  });
  t.after(async () => {
    await site.close();
    await other?.close();
    await collector.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    address: site.address,
    requests: site.requests,
    /** How much the collector has recorded. */
    recorded: () =>
      ['events', 'users', 'aliases'].reduce(
        (sum, table) =>
          sum + collector.store.newest(/** @type {any} */ (table), 'demo', 1000).length,
        0,
      ),
  };
}
