/**
 * The configurations of docs/first-party.md in real nginx and Caddy (Debian's packages, unpacked and not installed, so that no
 * service starts), in front of the collector: every event of a page arrives, without a preflight, with the visitor's address.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createCollector } from '../../../examples/collector/server.mjs';
import { build, dist, root } from '../../../scripts/paths.mjs';
import { fileFor, serve } from '../../../scripts/static.mjs';
import { launch } from '../../browser/harness/browsers.mjs';
import { waitFor } from '../../browser/harness/wait.mjs';

const folder = join(build, 'proxies');
const guide = readFileSync(join(root, 'docs', 'first-party.md'), 'utf8');

/** A snippet of the guide. @param {string} language */
const snippet = (language) =>
  guide.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? assert.fail(`no ${language}`);

/** A port that is free now. @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** @param {string} name of a Debian package @param {string} program in it */
function unpacked(name, program) {
  const path = join(folder, name, program);
  if (existsSync(path)) return path;
  mkdirSync(join(folder, name), { recursive: true });
  execFileSync('apt-get', ['download', name], { cwd: folder, stdio: 'pipe' });
  const file = readdirSync(folder).find((one) => one.startsWith(`${name}_`));
  execFileSync('dpkg', ['-x', join(folder, String(file)), join(folder, name)]);
  return path;
}

describe('behind', { timeout: 300_000 }, () => {
  /** @type {ReturnType<typeof createCollector>} */
  let collector;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let api;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let files;
  /** @type {import('../../browser/harness/browsers.mjs').Browser} */
  let browser;
  /** @type {string[]} */
  const methods = [];
  /** @type {(string | string[] | undefined)[]} */
  const addresses = [];
  before(async () => {
    collector = createCollector({
      db: ':memory:',
      config: { apps: [{ app_id: 'demo', authorized_domains: ['127.0.0.1'] }] },
    });
    const address = await collector.listen();
    // What the API sees of each request.
    api = await serve(async (request, response) => {
      methods.push(request.method ?? '');
      addresses.push(request.headers['x-forwarded-for']);
      assert.equal(request.headers.cookie || '', '');
      let body = '';
      for await (const part of request) body += part;
      const { origin = '', 'content-type': type = '' } = request.headers;
      const answer = await fetch(address + request.url, {
        method: request.method,
        headers: { origin, 'content-type': type },
        body,
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    });
    // The rest of the site, and the SDK's own.
    files = await serve((request, response) => {
      const file = fileFor([dist], (request.url ?? '').replace('/js/', '/'));
      response.writeHead(200, { 'content-type': file?.type ?? 'text/html' });
      response.end(
        file?.body ??
          `<!doctype html><title>Shop</title><script src="/shop-data/script.js"></script><script>
            document.cookie = 'session=secret';
            AppizerWeb.init({ appId: 'demo', apiBase: location.origin + '/shop-data' });
          </script>`,
      );
    });
    browser = await launch('chromium');
  });
  after(async () => {
    await browser?.close();
    await files?.close();
    await api?.close();
    await collector?.close();
  });

  /** @type {Record<string, (port: number) => [string, string[]]>} */
  const proxies = {
    nginx(port) {
      const program = unpacked('nginx', 'usr/sbin/nginx');
      const locations = snippet('nginx')
        .replaceAll('https://api.appizer.com', api.address)
        .replaceAll('https://cdn.appizer.com', files.address)
        .replaceAll(/proxy_set_header Host .*;/g, '');
      writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${locations}
    location / { proxy_pass ${files.address}; }
  }
}
`,
      );
      return [program, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]];
    },
    Caddy(port) {
      const program = unpacked('caddy', 'usr/bin/caddy');
      const routes = snippet('caddyfile')
        .replaceAll('https://api.appizer.com', api.address)
        .replaceAll(/header_up Host .*/g, '');
      writeFileSync(
        join(folder, 'Caddyfile'),
        `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  ${routes}
  handle /shop-data/script.js {
    rewrite * /js/appizer-web.js
    reverse_proxy ${files.address}
  }
  handle {
    reverse_proxy ${files.address}
  }
}
`,
      );
      return [program, ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')]];
    },
  };

  for (const [name, configure] of Object.entries(proxies)) {
    test(`${name}: 100 of 100 events, no preflight, the visitor's address`, async () => {
      mkdirSync(folder, { recursive: true });
      const port = await freePort();
      const [program, args] = configure(port);
      const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data) => {
          said += data;
        });
      }
      try {
        const site = `http://127.0.0.1:${port}`;
        await waitFor(
          () =>
            fetch(site).then(
              () => true,
              () => false,
            ),
          {
            what: name,
            timeout: 30_000,
          },
        ).catch((error) => {
          throw new Error(`${error.message}: ${said}`);
        });
        methods.length = addresses.length = 0;
        const before = collector.store.count('events', 'demo');
        const page = await browser.newPage();
        await page.goto(`${site}/`);
        await page.evaluate(() => {
          for (let i = 0; i < 100; ++i) {
            /** @type {any} */ (window).AppizerWeb.trackEvent('item_seen', { i });
          }
        });
        await waitFor(() => collector.store.count('events', 'demo') === before + 100, {
          what: '100 events',
        });
        await page.close();
        assert.ok(methods.length > 0 && methods.every((method) => method === 'POST'));
        assert.ok(addresses.every((address) => address === '127.0.0.1'));
      } finally {
        child.kill();
      }
    });
  }
});
