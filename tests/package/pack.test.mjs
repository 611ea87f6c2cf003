/** What npm would publish, installed as a user installs it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/paths.mjs';
import { unpackInto } from './packed.mjs';

/** @type {string} */
let folder;

/** @param {string} command @param {string[]} args */
const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'appizer-package-'));
  unpackInto(folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

const script = `
  const said = [];
  const world = createWorld();
  AppizerWeb.init({ appId: 'demo', host: world.host });
  AppizerWeb.trackEvent('purchase_completed', { amount: 29.99 });
  world.advance(1000);
  console.log(world.events().map((event) => event.event_name).join());
`;

test('import works', () => {
  writeFileSync(
    join(folder, 'a.mjs'),
    `import { AppizerWeb } from 'appizer-web';
     import byDefault from 'appizer-web';
     import { createWorld } from 'appizer-web/testing';
     if (AppizerWeb !== byDefault) throw new Error('two clients');
     ${script}`,
  );
  assert.equal(run(process.execPath, 'a.mjs'), 'purchase_completed\n');
});

test('require works', () => {
  writeFileSync(
    join(folder, 'a.cjs'),
    `const { AppizerWeb } = require('appizer-web');
     const { createWorld } = require('appizer-web/testing');
     ${script}`,
  );
  assert.equal(run(process.execPath, 'a.cjs'), 'purchase_completed\n');
});

test('debug finds its sentences from both', () => {
  for (const [file, head] of /** @type {const} */ ([
    ['b.mjs', "import { AppizerWeb } from 'appizer-web';"],
    ['b.cjs', "const { AppizerWeb } = require('appizer-web');"],
  ])) {
    writeFileSync(join(folder, file), `${head} AppizerWeb.init({ appId: 'demo', debug: true });`);
    assert.match(run(process.execPath, file), /there is no page/);
  }
});

test('importing it does nothing', () => {
  writeFileSync(
    join(folder, 'c.mjs'),
    `const before = Object.keys(globalThis).join();
     await import('appizer-web');
     if (Object.keys(globalThis).join() !== before) throw new Error('a new global');`,
  );
  run(process.execPath, 'c.mjs');
});

// `skipLibCheck` off: our own declarations are checked too.
const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--types', ''];

const source = readFileSync(new URL('types.ts', import.meta.url), 'utf8');

for (const [resolution, module] of /** @type {const} */ ([
  ['node16', 'node16'],
  ['bundler', 'esnext'],
])) {
  test(`TypeScript has the types, and takes nothing else, with moduleResolution ${resolution}`, () => {
    for (const ending of resolution === 'node16' ? ['mts', 'cts'] : ['ts']) {
      writeFileSync(join(folder, `types.${ending}`), source);
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      const args = [...strict, '--exactOptionalPropertyTypes'];
      const lib = ['--lib', 'es2020,dom', '--target', 'es2020'];
      try {
        run(
          process.execPath,
          tsc,
          ...args,
          ...lib,
          '--moduleResolution',
          resolution,
          '--module',
          module,
          `types.${ending}`,
        );
      } catch (error) {
        assert.fail(String(/** @type {any} */ (error).stdout));
      }
    }
  });
}

test('it has no dependencies, and only what it needs in it', () => {
  const { dependencies, version } = createRequire(join(folder, 'x.js'))('appizer-web/package.json');
  assert.equal(dependencies, undefined);
  assert.match(version, /^\d+\.\d+\.\d+$/);
});

const home = () => join(folder, 'node_modules', 'appizer-web');

test('each file with the core in it names the works that are compiled into it', () => {
  const cores = ['appizer-web.js', 'appizer-web.fallback.js', 'fallback.mjs', 'fallback.cjs'];
  cores.push('index.mjs', 'index.cjs');
  const notices = readFileSync(join(home(), 'THIRD_PARTY_NOTICES.md'), 'utf8');
  for (const author of ['Niels Lohmann', 'Rich Felker', 'Emscripten authors']) {
    assert.ok(notices.includes(author), author);
    for (const name of cores) {
      assert.ok(readFileSync(join(home(), 'dist', name), 'utf8').includes(author), name);
    }
  }
});

test('what the README links to for users is in the package', () => {
  const readme = readFileSync(join(home(), 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\((docs\/[\w-]+\.md|CHANGELOG\.md|LICENSE)/g)].map(
    ([, path]) => String(path),
  );
  assert.ok(links.length > 5);
  for (const path of links) assert.ok(existsSync(join(home(), path)), path);
});

test('modules have source maps, with the text of the sources', () => {
  for (const name of ['index', 'wasm', 'react']) {
    const code = readFileSync(join(home(), 'dist', `${name}.mjs`), 'utf8');
    assert.match(code, new RegExp(`\\n//# sourceMappingURL=${name}\\.mjs\\.map\\s*$`));
    const map = JSON.parse(readFileSync(join(home(), 'dist', `${name}.mjs.map`), 'utf8'));
    const at = map.sources.indexOf(`../js-glue/entries/${name}.ts`);
    assert.equal(
      map.sourcesContent[at],
      readFileSync(join(root, 'js-glue', 'entries', `${name}.ts`), 'utf8'),
      name,
    );
  }
});

test('its command runs, and says what it needs', () => {
  const cli = join(home(), 'doctor', 'cli.mjs');
  assert.match(run(process.execPath, cli, '--help'), /npx appizer-web doctor <url>/);
  // There is no puppeteer-core in this project.
  const { status, stderr } = spawnSync(process.execPath, [cli, 'doctor', 'http://127.0.0.1:9'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /npm install --save-dev puppeteer-core/);
  assert.ok(existsSync(join(home(), 'dist', 'doctor', 'facts.js')));
});

test('a project declares its events once, for the package and for the global', () => {
  for (const [ending, resolution, module] of /** @type {const} */ ([
    ['mts', 'node16', 'node16'],
    ['cts', 'node16', 'node16'],
    ['ts', 'bundler', 'esnext'],
  ])) {
    const file = join(folder, `declared.${ending}`);
    writeFileSync(
      file,
      `import { AppizerWeb } from 'appizer-web';
       import type {} from 'appizer-web/global';
       declare module 'appizer-web' {
         interface EventMap { plan_chosen: { plan: string } }
       }
       AppizerWeb.trackEvent('plan_chosen', { plan: 'pro' });
       window.AppizerWeb.trackEvent('plan_chosen', { plan: 'pro' });
       // @ts-expect-error there is no such event
       AppizerWeb.trackEvent('plan_choosen', { plan: 'pro' });
       // @ts-expect-error nor here
       window.AppizerWeb.trackEvent('plan_choosen', { plan: 'pro' });`,
    );
    compile(file, '--lib', 'es2020,dom', '--moduleResolution', resolution, '--module', module);
  }
});

test('its types need no declarations of the DOM', () => {
  const file = join(folder, 'server.mts');
  writeFileSync(
    file,
    `import { AppizerWeb, nodeHost } from 'appizer-web';
     import { fromWasm } from 'appizer-web/wasm';
     import { createWorld } from 'appizer-web/testing';
     AppizerWeb.init({ appId: 'demo', host: nodeHost(), apiBase: undefined });
     fromWasm(() => new Uint8Array()).init({ appId: 'demo', host: createWorld().host });`,
  );
  compile(file, '--lib', 'es2020', '--moduleResolution', 'node16', '--module', 'node16');
});

/** @param {string} file @param {string[]} options */
function compile(file, ...options) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    run(process.execPath, tsc, ...strict, '--target', 'es2020', ...options, file);
  } catch (error) {
    assert.fail(`${file}: ${/** @type {any} */ (error).stdout}`);
  }
}
