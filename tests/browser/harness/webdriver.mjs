/**
 * As much of a W3C WebDriver client (https://www.w3.org/TR/webdriver2/) as the tests need. A session
 * has one current window, so commands take turns, each with the window it is meant for.
 */
import { writeFileSync } from 'node:fs';

// How the standard marks an element in JSON.
const elementKey = 'element-6066-11e4-a52e-4f735466cecf';

/**
 * Opens a session and returns it as a browser.
 *
 * @param {string} address of the driver
 * @param {object} capabilities
 */
export async function openSession(address, capabilities) {
  const { sessionId } = await call(address, 'POST', '/session', {
    capabilities: { alwaysMatch: capabilities },
  });
  const base = `${address}/session/${sessionId}`;
  await call(base, 'POST', '/timeouts', { pageLoad: 60_000, script: 60_000, implicit: 0 });
  const first = await call(base, 'GET', '/window');

  let turn = Promise.resolve();
  /** Sends the commands of `work` to one window, after those that were asked for before. */
  function inWindow(handle, work) {
    const result = turn.then(async () => {
      await call(base, 'POST', '/window', { handle });
      return work((method, path, body) => call(base, method, path, body));
    });
    turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  let unused = first;
  return {
    async newPage() {
      const handle = unused ?? (await openWindow());
      unused = undefined;
      return pageOf((work) => inWindow(handle, work));
    },
    async close() {
      await call(address, 'DELETE', `/session/${sessionId}`);
    },
  };

  function openWindow() {
    return inWindow(
      first,
      async (send) => (await send('POST', '/window/new', { type: 'tab' })).handle,
    );
  }
}

/** @param {(work: (send: Function) => Promise<any>) => Promise<any>} inWindow */
function pageOf(inWindow) {
  const element = async (send, selector) =>
    (await send('POST', '/element', { using: 'css selector', value: selector }))[elementKey];

  return {
    goto: (url) => inWindow((send) => send('POST', '/url', { url })),
    evaluate: async (code, ...args) => {
      const answer = await inWindow((send) =>
        send('POST', '/execute/async', { script: script(code), args }),
      );
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value ?? undefined;
    },
    click: (selector) =>
      inWindow(async (send) => send('POST', `/element/${await element(send, selector)}/click`, {})),
    type: (selector, text) =>
      inWindow(async (send) =>
        send('POST', `/element/${await element(send, selector)}/value`, { text }),
      ),
    reload: () => inWindow((send) => send('POST', '/refresh', {})),
    close: () => inWindow((send) => send('DELETE', '/window')),
    screenshot: async (path) => {
      const image = await inWindow((send) => send('GET', '/screenshot'));
      writeFileSync(path, Buffer.from(image, 'base64'));
    },
  };
}

// The code is part of the script, not evaluated by it: a page's CSP may forbid `eval`.
function script(code) {
  const value = typeof code === 'function' ? `(${code})(...args)` : `(${code})`;
  return `
    const args = [...arguments];
    const done = args.pop();
    (async () => ${value})().then(
      (value) => done({ value }),
      (error) => done({ error: String(error) }),
    );`;
}

// A driver whose browser died under a command may never answer it.
const patience = 90_000;

async function call(base, method, path, body) {
  const response = await fetch(base + path, {
    method,
    signal: AbortSignal.timeout(patience),
    ...(body
      ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      : {}),
  });
  const { value } = /** @type {any} */ (await response.json());
  if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}
