/** What the live page works out of events: corrected times, and gaps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctedTime, createSequences } from '../../examples/collector/page/sequence.mjs';

const event = (/** @type {number} */ seq, more = {}) => ({
  properties: { $view_id: 'abc.1', $seq: seq, ...more },
});

test('the time of an event is corrected by how wrong the clock was when it was sent', () => {
  const properties = {
    $timestamp: '2026-01-01T10:00:00.000Z',
    $sent_at: '2026-01-01T10:05:00.000Z',
  };
  const received_at = '2026-01-01T12:05:01.000Z';
  assert.equal(correctedTime({ received_at, properties }), '2026-01-01T12:00:01.000Z');
  assert.equal(correctedTime({ received_at, properties: {} }), undefined);
  assert.equal(correctedTime({ received_at }), undefined);
});

test('a number that is skipped is missing until it arrives', () => {
  const sequences = createSequences();
  assert.deepEqual(sequences.add(event(5)), { document: 'abc', missing: 0 });
  assert.equal(sequences.add(event(6))?.missing, 0);
  assert.equal(sequences.add(event(9))?.missing, 2);
  assert.equal(sequences.add(event(8))?.missing, 1);
  assert.equal(sequences.add(event(7))?.missing, 0);
  assert.equal(sequences.add(event(7))?.missing, 0);
});

test('what was reported as dropped is not missing, and each document counts alone', () => {
  const sequences = createSequences();
  sequences.add(event(1));
  assert.equal(sequences.add(event(4, { $dropped: 2 }))?.missing, 0);
  assert.equal(sequences.add(event(9, { $view_id: 'other.3' }))?.missing, 0);
  assert.equal(sequences.add({ properties: { a: 1 } }), undefined);
  assert.equal(sequences.add({}), undefined);
});
