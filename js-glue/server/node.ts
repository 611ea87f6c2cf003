/** The handler as middleware of Node's servers: Express, Connect, Fastify's hooks, or `http` alone. */

import { type FirstPartyOptions, firstParty } from './first_party.js';

/** As much of Node's request as is needed. `body`: where a parser has read it already. */
interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
  readonly body?: unknown;
}

interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: Uint8Array): unknown;
}

/** Bytes. */
const MAX_BODY = 1_000_000;

/**
 * Makes middleware: it answers what is for its path, and calls `next` for everything else.
 *
 * @example
 * app.use(firstPartyMiddleware({ path: '/shop-data', origins: ['https://shop.example'] }));
 */
export function firstPartyMiddleware(
  options: FirstPartyOptions,
): (request: NodeRequest, response: NodeResponse, next: () => void) => Promise<void> {
  const handle = firstParty(options);
  const base = options.path.replace(/\/+$/, '');
  return async (request, response, next) => {
    const path = request.originalUrl ?? request.url ?? '/';
    if (!path.startsWith(`${base}/`)) {
      next();
      return;
    }
    try {
      const body = request.method === 'POST' ? await read(request) : undefined;
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined) headers.set(name, String(value));
      }
      // Proxies of one's own say which scheme the visitor used; the connection's is known.
      const forwarded = (options.proxies ?? 0) > 0 && headers.get('x-forwarded-proto') === 'https';
      const scheme = request.socket.encrypted || forwarded ? 'https' : 'http';
      const url = new URL(path, `${scheme}://${headers.get('host') ?? 'localhost'}`);
      const init = {
        method: request.method ?? 'GET',
        headers,
        ...(body !== undefined && { body }),
      };
      const answer = await handle(new Request(url, init), request.socket.remoteAddress);
      response.statusCode = answer?.status ?? 404;
      answer?.headers.forEach((value, name) => {
        response.setHeader(name, value);
      });
      response.end(answer && new Uint8Array(await answer.arrayBuffer()));
    } catch {
      response.statusCode = 400;
      response.end();
    }
  };
}

async function read(request: NodeRequest): Promise<string> {
  const { body } = request;
  if (body !== undefined) return typeof body === 'string' ? body : JSON.stringify(body);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    // The rest is read and forgotten, so that the answer arrives.
    if (bytes <= MAX_BODY) text += decoder.decode(part, { stream: true });
  }
  return bytes > MAX_BODY ? 'x'.repeat(MAX_BODY + 1) : text + decoder.decode();
}
