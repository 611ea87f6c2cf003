/**
 * Where an early call is kept: a key of the core's durable queue (storage_keys.h), which has not been loaded then. In the
 * JavaScript of 2009, as it is part of the stub.
 */

/** Returns the key up to the call's time: `appizer.1.<hash of server and app>.j.<document>.c`. */
export function earlyPrefix(appId: unknown, apiBase: unknown): string {
  var base = apiBase && typeof apiBase === 'string' ? apiBase : 'https://api.appizer.com';
  var text = unescape(encodeURIComponent(base.replace(/\/+$/, '') + '\n' + appId));
  var hash = 0x811c9dc5;
  var i = 0;
  for (; i < text.length; ++i) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  }
  return (
    'appizer.1.' +
    ('0000000' + (hash >>> 0).toString(16)).slice(-8) +
    '.j.' +
    (Math.random().toString(36) + '000000000').slice(2, 12) +
    '.c'
  );
}
