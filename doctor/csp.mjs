// @ts-check
/** Content-Security-Policies: what one forbids, and which line allows it. */

/** Where a directive falls back to, in order. @type {Record<string, string[]>} */
const chains = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'script-src': ['script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
};

/** @param {string} policy @returns {Map<string, string[]>} sources by directive; the first of a name wins */
export function parsePolicy(policy) {
  /** @type {Map<string, string[]>} */
  const all = new Map();
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/);
    if (name && !all.has(name.toLowerCase())) all.set(name.toLowerCase(), sources);
  }
  return all;
}

/**
 * The directive that decides, and as it should be.
 *
 * @param {string} policy @param {string} directive @param {string} source what to add
 */
export function advise(policy, directive, source) {
  const all = parsePolicy(policy);
  const chain = chains[directive] ?? [directive, 'default-src'];
  const found = chain.find((name) => all.has(name));
  // Another directive than default-src is not to allow more than it must.
  const name = found && found !== 'default-src' ? found : (chain.at(-2) ?? directive);
  const sources = (all.get(found ?? '') ?? []).filter((one) => one !== "'none'");
  return { directive: name, line: [name, ...sources, source].join(' ') };
}

/** Whether scripts may compile WebAssembly. @param {string} policy */
export function allowsWasm(policy) {
  const all = parsePolicy(policy);
  const sources = all.get('script-src') ?? all.get('default-src');
  return !sources || sources.some((one) => /^'(wasm-)?unsafe-eval'$/i.test(one));
}
