// @ts-check
/**
 * Which pages may speak for an app: the entries of `authorized_domains`, and matching a browser's
 * `Origin` header against them.
 *
 * An entry is `[scheme://]host[:port]`. The host matches exactly; `*.example.com` matches every
 * subdomain but not `example.com` itself. Without a port any port is right, and without a scheme
 * both http and https are: an entry then means a place, however it is being served. Other schemes
 * and opaque origins (`null`: sandboxed frames, `file:`) never match, since anybody can have one.
 *
 * @typedef {{ scheme: string | null, subdomains: boolean, host: string, port: string | null }} Domain
 */

const entryShape =
  /^(?:(https?):\/\/)?(\*\.)?(\[[0-9a-f:.]+\]|[^\s/\\:*@?#[\]]+)(?::([0-9]{1,5}))?$/i;

/**
 * @param {string} entry
 * @returns {Domain | null} null where the entry is not a domain
 */
export function parseDomain(entry) {
  const parts = entryShape.exec(entry);
  if (!parts) return null;
  const [, scheme, wildcard, host = '', port] = parts;
  // The URL parser brings a host into the form in which browsers send it (case, punycode).
  const normal = parseUrl(`http://${host}/`)?.hostname;
  if (!normal || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535) return null;
  return {
    scheme: scheme ? `${scheme.toLowerCase()}:` : null,
    subdomains: wildcard !== undefined,
    host: normal,
    port: port === undefined ? null : String(Number(port)),
  };
}

/**
 * @param {Domain[]} domains
 * @param {string} origin the header, as it came
 */
export function matchesOrigin(domains, origin) {
  const url = parseUrl(origin);
  // A real Origin header is only scheme, host and port, and `null` is not a URL at all.
  if (!url || url.origin !== origin || !(url.protocol in defaultPorts)) return false;
  const port = url.port || defaultPorts[url.protocol];
  return domains.some(
    (domain) =>
      (domain.scheme === null || domain.scheme === url.protocol) &&
      (domain.port === null || domain.port === port) &&
      (domain.subdomains ? isSubdomain(url.hostname, domain.host) : url.hostname === domain.host),
  );
}

/** @param {string} name @param {string} host */
function isSubdomain(name, host) {
  if (!name.endsWith(`.${host}`)) return false;
  // The URL parser lets empty labels through: `http://.example.org`.
  const labels = name.slice(0, -host.length - 1);
  return labels.split('.').every((label) => label !== '');
}

/** @type {Record<string, string>} */
const defaultPorts = { 'http:': '80', 'https:': '443' };

/** @param {string} text */
function parseUrl(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
