/** The door: what crosses it has the same number on both sides, and nothing else comes in. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/**
 * The members of an enum, by name: C++ and TypeScript write it alike.
 *
 * @param {string} source @param {string} name
 */
function enumOf(source, name) {
  const body = source
    .split(new RegExp(`enum (?:class )?${name}\\b[^{]*\\{`))[1]
    ?.split(/^ *\}/m)[0];
  assert.ok(body, `an enum ${name}`);
  return Object.fromEntries(
    [...body.replaceAll(/\/\/.*/g, '').matchAll(/(\w+) = (-?\d+)/g)].map(([, key, value]) => [
      String(key).toLowerCase().replace(/^apz_/, ''),
      Number(value),
    ]),
  );
}

test('effects have the same numbers on both sides', () => {
  const core = enumOf(read('src/effect.h'), 'Kind');
  assert.ok(Object.keys(core).length > 10);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'EFFECT'), core);
});

test('what is watched has the same numbers on both sides', () => {
  const core = enumOf(read('src/effect.h'), 'Watched');
  assert.ok(Object.keys(core).length > 1);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'WATCHED'), core);
});

test('what happens to forms has the same numbers on both sides', () => {
  const core = enumOf(read('src/capture/forms.h'), 'Input');
  assert.ok(Object.keys(core).length > 4);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'FORM_INPUT'), core);
});

test('what shows of a form that is handled has the same numbers on both sides', () => {
  for (const [core, glue] of [
    ['Ended', 'FORM_ENDED'],
    ['Handled', 'FORM_HANDLED'],
  ]) {
    const numbers = enumOf(read('src/capture/forms.h'), String(core));
    assert.ok(Object.keys(numbers).length > 1);
    assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), String(glue)), numbers);
  }
});

test('the facts of a form, and of its fields, are in the same order on both sides', () => {
  for (const [core, glue] of [
    ['FormFact', 'FORM_FACT'],
    ['FieldFact', 'FIELD_FACT'],
  ]) {
    const order = enumOf(read('src/capture/facts.h'), String(core));
    const numbers = Object.values(order);
    assert.ok(numbers.length > 7);
    assert.deepEqual(numbers, [...numbers.keys()]);
    assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), String(glue)), order);
  }
});

test('host events have the same numbers on both sides', () => {
  const core = enumOf(read('web/abi.h'), 'ApzHostEvent');
  assert.ok(Object.keys(core).length > 5);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'HOST_EVENT'), core);
});

test('what is added to a status has the same number on both sides', () => {
  const core = enumOf(read('web/abi.h'), 'ApzAnswer');
  assert.deepEqual(Object.keys(core), ['waits']);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'ANSWER'), core);
});

test('statuses have the same numbers on both sides', () => {
  const core = enumOf(read('src/status.h'), 'Status');
  assert.ok(Object.keys(core).length > 5);
  assert.deepEqual(enumOf(read('js-glue/bridge/abi.ts'), 'STATUS'), core);
});

test('every hint and every status has its sentence', () => {
  const sentences = read('js-glue/api/sentences.ts');
  for (const number of Object.values(enumOf(read('src/hint.h'), 'Hint'))) {
    assert.match(sentences, new RegExp(`^  ${number}: ['"]`, 'm'), `hint ${number}`);
  }
});

test('the module imports nothing, and exports what the glue knows', () => {
  const module = new WebAssembly.Module(
    readFileSync(new URL('../../dist/core.wasm', import.meta.url)),
  );
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const known = [...read('js-glue/bridge/abi.ts').matchAll(/^ {2}(\w+)(?:\(|:)/gm)]
    .map(([, name]) => String(name))
    .filter((name) => name.startsWith('apz_'));
  const exported = WebAssembly.Module.exports(module)
    .map(({ name }) => name)
    .filter((name) => name.startsWith('apz_'));
  assert.deepEqual(exported.sort(), [...new Set(known)].sort());
});
