/**
 * WebKitGTK by way of its WebDriver. It has no headless mode, so it gets a screen of its own.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build } from '../../../scripts/paths.mjs';
import { findTool, which } from '../../../scripts/setup.mjs';
import { end, start } from './processes.mjs';
import { waitFor } from './wait.mjs';
import { openSession } from './webdriver.mjs';

const logs = join(build, 'test-logs');

export async function launchWebKit() {
  const binary = findTool('WebKitGTK');
  const driver = which('WebKitWebDriver');
  const xvfb = findTool('Xvfb');
  if (!binary || !driver || !xvfb) throw new Error('WebKitGTK is missing: run `npm run setup`.');

  const children = [];
  const endAll = () => children.forEach(end);
  try {
    const screen = start(xvfb, ['-displayfd', '3', '-screen', '0', '1280x1024x24'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    children.push(screen);
    const display = await firstLine(screen, 3);

    const port = await freePort();
    const { WAYLAND_DISPLAY, ...env } = process.env;
    mkdirSync(logs, { recursive: true });
    const log = openSync(join(logs, 'webkit.log'), 'a'); // what it says before it crashes
    const service = start(driver, ['-p', String(port)], {
      stdio: ['ignore', log, log],
      // Neither a sound nor a screen reader is there to be looked for.
      env: { ...env, DISPLAY: `:${display}`, GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' },
    });
    closeSync(log);
    children.push(service);
    const address = `http://127.0.0.1:${port}`;
    await waitFor(async () => (await fetch(`${address}/status`)).ok, { what: 'WebKitWebDriver' });

    const session = await openSession(address, {
      'webkitgtk:browserOptions': { binary, args: ['--automation'] },
    });
    return {
      newPage: session.newPage,
      async close() {
        // A browser that crashed has no session to close, one that hangs never does.
        await Promise.race([
          session.close().catch(() => {}),
          setTimeout(5000, undefined, { ref: false }),
        ]);
        endAll();
      },
    };
  } catch (error) {
    endAll();
    throw error;
  }
}

function firstLine(child, descriptor) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdio[descriptor].on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it had a screen.')));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
