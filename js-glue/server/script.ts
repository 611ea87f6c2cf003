/** The script and the files that it loads beside itself. */

import type { FirstPartyOptions } from './first_party.js';

const FILE = /^(\.(?:debug|fallback|stub|consent))?\.js$/;
/** What of a request decides about the answer, and what of that counts. */
const ASKED = ['if-none-match', 'if-modified-since', 'accept-encoding'];
const PASSED = ['content-type', 'cache-control', 'etag', 'last-modified'];

export async function load(
  { script = 'script', scriptBase = 'https://cdn.appizer.com/js' }: FirstPartyOptions,
  request: Request,
  rest: string,
): Promise<Response> {
  const file = rest.startsWith(script) && FILE.exec(rest.slice(script.length));
  const known = file && (request.method === 'GET' || request.method === 'HEAD');
  if (!known) return new Response(null, { status: 404 });
  const headers: Record<string, string> = {};
  for (const name of ASKED) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const url = `${scriptBase}/appizer-web${file[1] ?? ''}.js`;
  const answer = await fetch(url, { method: request.method, headers });
  const passed = new Headers({ 'Cache-Control': 'public, max-age=3600' });
  for (const name of PASSED) {
    const value = answer.headers.get(name);
    if (value !== null) passed.set(name, value);
  }
  const empty = request.method === 'HEAD' || answer.status === 304;
  return new Response(empty ? null : await answer.arrayBuffer(), {
    status: answer.status,
    headers: passed,
  });
}
