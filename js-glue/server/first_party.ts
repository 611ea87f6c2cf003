/** The API and the script from the site's own domain: takes requests of pages and passes them on. */

import { renewIdCookie } from './cookie.js';
import { forward } from './forward.js';
import { load } from './script.js';

/**
 * Options of `firstParty`.
 *
 * @example
 * const handle = firstParty({ path: '/shop-data', origins: ['https://shop.example'] });
 */
export interface FirstPartyOptions {
  /**
   * Where the site serves it: a path that starts with `/` and is no word that blockers look for. Pages then have
   * `apiBase: 'https://shop.example/shop-data'` and the script at `/shop-data/script.js`.
   */
  path: string;
  /** Origins of the pages that may use it, such as `https://shop.example`. Others are answered 403. */
  origins: readonly string[];
  /** The file name of the script, without `.js`. Default: `script`. */
  script?: string | undefined;
  /**
   * Your server's API key. With it requests are a server's calls, and each event carries the visitor's `ip` and `ua`.
   * Without it they are a page's calls: the API checks their origin, and sees the visitor's address in
   * `X-Forwarded-For`, if it looks there.
   */
  apiKey?: string | undefined;
  /** Where the API is, without `/v1`. Default: `https://api.appizer.com`. */
  apiBase?: string | undefined;
  /** The folder of the script. Default: `https://cdn.appizer.com/js`. */
  scriptBase?: string | undefined;
  /**
   * How many proxies of your own stand before this server, each of which appends the address that it sees to
   * `X-Forwarded-For`. What visitors put into that header themselves is never believed. Default: 0, the address of the
   * connection, where the server knows it.
   */
  proxies?: number | undefined;
  /** The visitor's address, where the platform has it elsewhere: `request.headers.get('cf-connecting-ip')`. */
  clientAddress?: ((request: Request) => string | null | undefined) | undefined;
  /**
   * Renews the cookie of the user id for 400 days, where the page has set it (`persistence: 'cookie'` or `both`, with
   * consent). Safari limits cookies that a script sets to 7 days. Default: no cookie is set.
   */
  idCookie?: IdCookie | undefined;
}

/** The cookie of the user id, as the SDK sets it. */
export interface IdCookie {
  /** The widest domain that the site has, such as `shop.example`; empty for a host without one (`localhost`). */
  domain: string;
  /** The option `userIdStorageKey`. Default: `appizer_user_id`. */
  name?: string | undefined;
}

/** Answers a request, or returns nothing where it is none for this path. `address`: of the connection. Never rejects. */
export type FirstParty = (request: Request, address?: string) => Promise<Response | undefined>;

/** Makes the handler, for everything that has `fetch`, `Request` and `Response`: Next.js, Workers, Node 18 and newer. */
export function firstParty(options: FirstPartyOptions): FirstParty {
  const base = options.path.replace(/\/+$/, '');
  return async (request, address) => {
    try {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith(`${base}/`)) return undefined;
      const rest = pathname.slice(base.length + 1);
      const answer =
        request.method === 'POST'
          ? await forward(options, request, rest, addressOf(options, request, address))
          : await load(options, request, rest);
      const cookie = options.idCookie && renewIdCookie(request, options.idCookie);
      if (cookie && answer.status < 400) answer.headers.append('Set-Cookie', cookie);
      return answer;
    } catch {
      // The API or the network; the SDK sends it again.
      return new Response('{"error":"Bad Gateway"}', { status: 502 });
    }
  };
}

function addressOf(
  { proxies = 0, clientAddress }: FirstPartyOptions,
  request: Request,
  connection: string | undefined,
): string | undefined {
  const chain = (request.headers.get('x-forwarded-for') ?? '').split(',').map((one) => one.trim());
  const found = clientAddress
    ? clientAddress(request)
    : proxies > 0
      ? chain[chain.length - proxies]
      : connection;
  return found && /^[\da-f.:]{3,45}$/i.test(found) ? found : undefined;
}
