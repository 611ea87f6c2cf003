/** The layout of the sources: dependencies point one way, there are no cycles, and no file is too long. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  cycles,
  filesWithoutPlace,
  forbiddenUses,
  longestFile,
  readSources,
  staleExceptions,
  tooLong,
  usesOf,
} from './layout.mjs';

const sources = readSources();

describe('the sources', () => {
  test('every file belongs to an area of the layout', () => {
    assert.deepEqual(filesWithoutPlace(sources), []);
  });

  test('includes and imports point one way', () => {
    const uses = usesOf(sources);
    // Includes and imports are found and resolved in both languages.
    for (const [from, to] of [
      ['src/delivery/delivery.cpp', 'src/delivery/journal.h'],
      ['web/abi.cpp', 'src/client.h'],
      ['js-glue/api/appizer.ts', 'js-glue/bridge/runtime.ts'],
    ]) {
      const reaches = (/** @type {string} */ one, depth = 3) =>
        one === to ||
        (depth > 0 && uses.some((use) => use.from === one && reaches(use.to, depth - 1)));
      assert.ok(reaches(/** @type {string} */ (from)), `${from} → ${to}`);
    }
    assert.deepEqual(forbiddenUses(sources), []);
  });

  test('there are no dependency cycles', () => {
    assert.deepEqual(cycles(sources), []);
  });

  test('every exception is in use', () => {
    assert.deepEqual(staleExceptions(sources), []);
  });

  test(`no file has more than ${longestFile} lines`, () => {
    assert.deepEqual(tooLong(sources), []);
  });
});

describe('the rules', () => {
  /** @param {Record<string, string>} files */
  const made = (files) => new Map(Object.entries(files));
  const empty = {
    'src/base/text.h': '',
    'src/pages/url.h': '',
    'src/pages/campaign.h': '',
    'src/delivery/event.h': '',
    'src/visitor/session.h': '',
    'src/capture/forms.h': '',
    'src/client.h': '',
    'src/hint.h': '',
    'js-glue/api/host.ts': '',
    'js-glue/api/natives.ts': '',
    'js-glue/api/appizer.ts': '',
    'js-glue/bridge/core.ts': '',
    'js-glue/browser/host.ts': '',
    'js-glue/entries/script.ts': '',
  };

  for (const [from, line, holds] of /** @type {[string, string, boolean][]} */ ([
    ['src/delivery/a.cpp', '#include "base/text.h"', true],
    ['src/delivery/a.cpp', '#include "event.h"', true],
    ['src/delivery/a.cpp', '#include "hint.h"', true],
    ['src/delivery/a.cpp', '#include "pages/url.h"', true],
    ['src/delivery/a.cpp', '#include "pages/campaign.h"', false],
    ['src/delivery/a.cpp', '#include "visitor/session.h"', false],
    ['src/delivery/a.cpp', '  #  include  "capture/forms.h"', false],
    ['src/delivery/a.cpp', '#include "client.h"', false],
    ['src/delivery/a.cpp', '#include "not/there.h"', false],
    ['src/delivery/a.cpp', '#include <client.h>', true],
    ['src/pages/a.cpp', '#include "delivery/event.h"', false],
    ['src/base/a.h', '#include "hint.h"', false],
    ['src/status.h', '#include "base/text.h"', true],
    ['src/status.h', '#include "pages/url.h"', false],
    ['src/pending_calls.h', '#include "visitor/session.h"', true],
    ['web/a.cpp', '#include "client.h"', true],
    ['web/a.cpp', '#include "delivery/event.h"', false],
    ['js-glue/api/a.ts', "import { Core } from '../bridge/core.js';", true],
    ['js-glue/bridge/a.ts', "import { call } from '../api/natives.js';", true],
    ['js-glue/bridge/a.ts', "import type { Host } from '../api/host.js';", true],
    ['js-glue/bridge/a.ts', "import {\n  type Host,\n  type Lock,\n} from '../api/host.js';", true],
    ['js-glue/bridge/a.ts', "import { type Host, open } from '../api/host.js';", false],
    ['js-glue/bridge/a.ts', "const later = () => import('../api/appizer.js');", false],
    ['js-glue/bridge/a.ts', "import '../browser/host.js';", false],
    ['js-glue/bridge/a.ts', "export * from '../browser/host.js';", false],
    ['js-glue/bridge/a.ts', "/** import { x } from '../entries/script.js'; */", true],
    ['js-glue/browser/a.ts', "import { Host } from '../api/host.js';", true],
    ['js-glue/browser/a.ts', "import type { Appizer } from '../api/appizer.js';", false],
    ['js-glue/node/a.ts', "import { open } from '../browser/host.js';", false],
    ['js-glue/api/a.ts', "import { start } from '../entries/script.js';", false],
    ['js-glue/api/a.ts', "import { number } from '../../web/abi.js';", false],
  ])) {
    test(`${from}: ${line} ${holds ? 'is allowed' : 'is forbidden'}`, () => {
      const found = forbiddenUses(made({ ...empty, [from]: `\n${line}\n` }), []);
      assert.equal(found.length, holds ? 0 : 1, found.join('\n'));
      if (!holds) assert.ok(found[0]?.startsWith(`${from}:2: `), found[0]);
    });
  }

  test('a new folder and a new file at the top belong to no area', () => {
    const files = made({ 'src/more/a.h': '', 'src/b.cpp': '', 'js-glue/c.ts': '', ...empty });
    assert.deepEqual(filesWithoutPlace(files), ['src/more/a.h', 'src/b.cpp', 'js-glue/c.ts']);
  });

  test('cycles are found, also those through a source file', () => {
    const files = made({
      'src/base/a.h': '#include "base/b.h"',
      'src/base/b.h': '',
      'src/base/b.cpp': '#include "base/b.h"\n#include "base/c.h"',
      'src/base/c.h': '#include "base/a.h"',
      'js-glue/api/a.ts': "import { b } from './b.js';",
      'js-glue/api/b.ts': "import type { a } from './a.js';",
    });
    assert.deepEqual(cycles(files), ['src/base/a → src/base/b → src/base/c → src/base/a']);
  });

  test('a file may have the allowed number of lines, and not one more', () => {
    const lines = (/** @type {number} */ count) => '//\n'.repeat(count);
    const files = made({ 'src/a.cpp': lines(longestFile), 'js-glue/b.ts': lines(longestFile + 1) });
    assert.deepEqual(tooLong(files), [`js-glue/b.ts: ${longestFile + 1} lines`]);
  });
});
