/**
 * A site to test on: pages from memory, files from folders, and the SDK as it was built, which is
 * at `/appizer-web.js`.
 */
import { dist } from '../../../scripts/paths.mjs';
import { fileFor, serve } from '../../../scripts/static.mjs';

/**
 * `APPIZER_CORE=fallback`: pages forbid WebAssembly, so that the same tests run on the core as JavaScript. What
 * drivers and pages do inline stays allowed.
 */
const onFallback = process.env.APPIZER_CORE === 'fallback';
/** @type {Record<string, string>} */
const forbidding = onFallback
  ? { 'content-security-policy': "script-src 'self' 'unsafe-inline'" }
  : {};

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {{ status?: number, headers?: Record<string, string>, body?: string }} Answer
 * @typedef {string | Answer} Content HTML, or an answer in full
 *
 * @param {object} [options]
 * @param {Record<string, Content | ((request: Request) => Content | Promise<Content>)>} [options.pages] by their path
 * @param {string[]} [options.folders] searched for what is no page
 * @param {Record<string, string> | ((path: string) => Record<string, string>)} [options.headers]
 *   sent with everything, such as a Content-Security-Policy
 */
export async function createSite({ pages = {}, folders = [], headers = {} } = {}) {
  /** @type {{ method: string, path: string, headers: Request['headers'] }[]} */
  const requests = [];
  const shown = { ...pages };

  const server = await serve(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
    });
    const { status = 200, headers: own = {}, body = '' } = await answer(request, pathname);
    response.writeHead(status, {
      // Fresh every time, and yet welcome in the back/forward cache, as `no-store` is not.
      'cache-control': 'no-cache',
      ...forbidding,
      ...(typeof headers === 'function' ? headers(pathname) : headers),
      ...own,
    });
    response.end(body);
  });

  async function answer(request, path) {
    const page = shown[path];
    const content = typeof page === 'function' ? await page(request) : page;
    if (content !== undefined) {
      const html = { 'content-type': 'text/html; charset=utf-8' };
      if (typeof content === 'string') return { headers: html, body: content };
      return { ...content, headers: { ...html, ...content.headers } };
    }
    const file = fileFor([...folders, dist], path);
    if (file) return { headers: { 'content-type': file.type }, body: file.body };
    // Browsers ask for one unbidden; an empty answer keeps their consoles quiet.
    if (path === '/favicon.ico') return { status: 204 };
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: `No ${path} here.` };
  }

  return {
    address: server.address,
    /** Pages can be added and changed while the site runs. */
    pages: shown,
    requests,
    async close() {
      await server.close();
      const asked = (/** @type {string} */ name) => requests.some(({ path }) => path === name);
      if (onFallback && asked('/appizer-web.js') && !asked('/appizer-web.fallback.js')) {
        throw new Error('It was not the fallback that ran.');
      }
    },
  };
}
