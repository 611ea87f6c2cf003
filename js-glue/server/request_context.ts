/** Which visitor a request is of, as the browser SDK has noted it in cookies, or says in a header. */

import { attempt } from '../api/attempt.js';
import { contextIn, VISITOR_HEADER } from '../propagate/header.js';
import { cookiesIn } from './cookie.js';

/** What a request says about its visitor. */
export interface RequestContext {
  /** The visitor's id; none where neither a cookie nor the header has it, as before consent. */
  userId?: string;
  sessionId?: string;
  /** The view of the page that made the request; only the header has it. */
  viewId?: string;
  /** The visitor's address and user agent. */
  ip?: string;
  ua?: string;
}

/** A request of Node, Express, Fastify and Next's pages, or a `Request`. */
export interface AnyRequest {
  readonly headers:
    | Pick<Headers, 'get'>
    | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Express, Fastify: the visitor's address, behind the proxies that the app trusts. */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined;
}

/** @param idKey the page's option `userIdStorageKey` */
export function contextOf(request: AnyRequest, idKey: string): RequestContext {
  const header = (name: string): string => {
    const { headers } = request;
    const value =
      typeof (headers as Headers).get === 'function'
        ? (headers as Headers).get(name)
        : (headers as Record<string, string | readonly string[] | undefined>)[name];
    return typeof value === 'string' ? value : (value?.[0] ?? '');
  };
  const context: RequestContext = {};
  const put = (name: keyof RequestContext, value: string | undefined) => {
    if (value) context[name] = value;
  };
  // The page knows best; where it says nothing, as in a navigation, its cookies do.
  const said = contextIn(header(VISITOR_HEADER));
  const cookies = cookiesIn(header('cookie'));
  put('userId', said.userId ?? decode(cookies.get(encodeURIComponent(idKey))));
  const noted = [...cookies].find(([name]) => /^appizer\.1\.\w{8}\.s$/.test(name));
  put(
    'sessionId',
    said.userId ? said.sessionId : decode(noted?.[1]).split(' ')[0]?.replace(/^-$/, ''),
  );
  put('viewId', said.viewId);
  put('ip', request.ip ?? request.socket?.remoteAddress?.replace(/^::ffff:/, ''));
  put('ua', header('user-agent'));
  return context;
}

function decode(text = ''): string {
  return attempt(() => decodeURIComponent(text)) ?? text;
}
