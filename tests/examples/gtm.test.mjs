/**
 * The template for Google Tag Manager: its sections parse, it may do what it does and nothing else, and its own tests
 * pass in a stand-in of the editor's.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'acorn';
import { root } from '../../scripts/paths.mjs';

const text = readFileSync(join(root, 'examples', 'gtm', 'template.tpl'), 'utf8');
const parts = text.split(/^___([A-Z_]+)___$/m).slice(1);
const sections = Object.fromEntries(
  parts.flatMap((name, i) => (i % 2 === 0 ? [[name, (parts[i + 1] ?? '').trim()]] : [])),
);
const code = sections.SANDBOXED_JS_FOR_WEB_TEMPLATE ?? '';

/** A block of YAML, such as `setup: |-`. @param {string} yaml @param {RegExp} head @param {string} indent */
const blocks = (yaml, head, indent) =>
  [...yaml.matchAll(head)].map(({ index, 0: start, 1: name = '' }) => {
    const lines = yaml
      .slice(index + start.length)
      .split('\n')
      .slice(1);
    const end = lines.findIndex((line) => line !== '' && !line.startsWith(indent));
    const own = end < 0 ? lines : lines.slice(0, end);
    return { name, code: own.map((line) => line.slice(indent.length)).join('\n') };
  });

const scenarios = blocks(sections.TESTS ?? '', /^- name: (.*)\n {2}code: \|-$/gm, '    ');
const [setup] = blocks(sections.TESTS ?? '', /^setup: \|-$/gm, '  ');

test('it has the sections of the gallery, in order', () => {
  assert.deepEqual(Object.keys(sections), [
    'TERMS_OF_SERVICE',
    'INFO',
    'TEMPLATE_PARAMETERS',
    'SANDBOXED_JS_FOR_WEB_TEMPLATE',
    'WEB_PERMISSIONS',
    'TESTS',
    'NOTES',
  ]);
  const info = JSON.parse(sections.INFO ?? '');
  assert.deepEqual([info.type, info.containerContexts], ['TAG', ['WEB']]);
  assert.ok(info.description.length <= 200);
});

test('its code parses, and reads only parameters that exist', () => {
  parse(code, { ecmaVersion: 2015, allowReturnOutsideFunction: true });
  const names = JSON.parse(sections.TEMPLATE_PARAMETERS ?? '').map(
    (/** @type {{ name: string }} */ { name }) => name,
  );
  const read = [...code.matchAll(/\bdata\.(\w+)/g)].map(([, name]) => String(name));
  const own = ['gtmOnSuccess', 'gtmOnFailure'];
  assert.deepEqual([...new Set(read)].filter((name) => !own.includes(name)).sort(), names.sort());
});

test('its permissions are those that its code needs', () => {
  const permissions = JSON.parse(sections.WEB_PERMISSIONS ?? '');
  const of = (/** @type {string} */ id) =>
    permissions.find((/** @type {any} */ { instance }) => instance.key.publicId === id).instance
      .param[0].value.listItem;
  const globals = of('access_globals').map((/** @type {any} */ { mapValue: [key, ...may] }) => [
    key.string,
    may.map((/** @type {any} */ one) => one.boolean),
  ]);
  assert.deepEqual(globals, [
    ['AppizerWeb.version', [true, false, false]],
    ['AppizerWeb.init', [false, false, true]],
    ['AppizerWeb.trackEvent', [false, false, true]],
  ]);
  for (const [, name = ''] of code.matchAll(/'(AppizerWeb\.\w+)'/g)) {
    assert.ok(
      globals.some(([key]) => key === name),
      name,
    );
  }
  const urls = of('inject_script').map((/** @type {any} */ one) => one.string);
  assert.deepEqual(urls, [/const url = '(.*)'/.exec(code)?.[1]]);
  // By this the script finds its other files.
  assert.match(String(urls[0]), /appizer-web[^/]*\.js$/);
  assert.equal(permissions.length, 2);
});

/** @param {string} scenario */
function play(scenario) {
  /** @type {Map<string, unknown[][]>} */
  const calls = new Map();
  /** @type {Map<string, unknown>} */
  const mocks = new Map();
  const api =
    (/** @type {string} */ name, /** @type {Function} */ real = () => undefined) =>
    (/** @type {unknown[]} */ ...args) => {
      calls.set(name, [...(calls.get(name) ?? []), args]);
      const mock = mocks.has(name) ? mocks.get(name) : real;
      return typeof mock === 'function' ? mock(...args) : mock;
    };
  const tables = (
    /** @type {any[]} */ rows,
    /** @type {string} */ key,
    /** @type {string} */ value,
  ) => Object.fromEntries(rows.map((row) => [row[key], row[value]]));
  const apis = {
    ...Object.fromEntries(
      ['callInWindow', 'copyFromWindow', 'injectScript'].map((name) => [name, api(name)]),
    ),
    makeTableMap: api('makeTableMap', tables),
  };
  const require = (/** @type {string} */ name) => {
    assert.ok(name in apis, `there is no API ${name}`);
    return apis[name];
  };
  const runCode = (/** @type {object} */ fields) => {
    const done = { gtmOnSuccess: api('gtmOnSuccess'), gtmOnFailure: api('gtmOnFailure') };
    new Function('require', 'data', code)(require, { ...fields, ...done });
  };
  const assertApi = (/** @type {string} */ name) => {
    const made = calls.get(name) ?? [];
    return {
      wasCalled: () => assert.ok(made.length > 0, `${name} was not called`),
      wasNotCalled: () => assert.deepEqual(made, []),
      wasCalledWith: (/** @type {unknown[]} */ ...args) =>
        assert.ok(
          made.some((one) => isDeepStrictEqual(one, args)),
          `${name}: ${JSON.stringify(made)}`,
        ),
    };
  };
  const mock = (/** @type {string} */ name, /** @type {unknown} */ value) => mocks.set(name, value);
  new Function('mock', 'runCode', 'assertApi', `${setup?.code}\n${scenario}`)(
    mock,
    runCode,
    assertApi,
  );
}

assert.ok(scenarios.length === 5 && setup, 'the tests were not read');
for (const scenario of scenarios) {
  test(`in its own tests: ${scenario.name}`, () => play(scenario.code));
}
