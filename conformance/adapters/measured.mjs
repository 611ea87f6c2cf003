/** An SDK that the benchmark measures, as an adapter: it knows the page's script and how requests are read. */
import { hasPending, install, makePage, versionOf } from '../../bench/peers/pages.mjs';
import { sdks } from '../../bench/peers/sdks.mjs';

/**
 * @param {string} name @param {Record<string, string>} claims
 * @param {{ version?: string, exceptions?: Record<string, string> }} [more]
 * @returns {import('../stage.mjs').Adapter}
 */
export function measured(name, claims, { version, exceptions } = {}) {
  const sdk = sdks.find((one) => one.name === name);
  if (!sdk)
    throw new Error(`The benchmark knows no ${name}: ${sdks.map((one) => one.name).join(', ')}.`);
  if (sdk.npm) install();
  /** @type {Map<boolean, Promise<Map<string, Buffer>>>} */
  const made = new Map();
  return {
    name,
    version: version ?? versionOf(sdk.npm ?? ''),
    setup: sdk.setup,
    read: sdk.read,
    claims,
    exceptions,
    pending: hasPending(sdk.file),
    files(pending) {
      const files = made.get(pending) ?? makePage(sdk.file, false, pending);
      made.set(pending, files);
      return files;
    },
    head: (_server, files) =>
      `${files.has('/appizer-web.js') ? '<script src="/appizer-web.js"></script>' : ''}<script type="module" src="/page.js"></script>`,
  };
}
