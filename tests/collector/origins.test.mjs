// @ts-check
/** Which origins an entry of `authorized_domains` lets in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesOrigin, parseDomain } from '../../examples/collector/origins.mjs';

/** @type {[entry: string, origin: string, matches: boolean][]} */
const rows = [
  // Exact hosts; any port and either scheme unless the entry names one.
  ['example.com', 'https://example.com', true],
  ['example.com', 'http://example.com', true],
  ['example.com', 'https://example.com:8443', true],
  ['example.com', 'https://www.example.com', false],
  ['example.com', 'https://notexample.com', false],
  ['example.com', 'https://example.com.evil.example', false],
  ['Example.COM', 'https://example.com', true],
  ['bücher.example', 'https://xn--bcher-kva.example', true],
  ['localhost', 'http://localhost:3000', true],
  ['127.0.0.1', 'http://127.0.0.1:5173', true],
  ['[::1]', 'http://[::1]:3000', true],

  // Subdomains, at any depth, but not the domain itself.
  ['*.example.com', 'https://www.example.com', true],
  ['*.example.com', 'https://a.b.example.com', true],
  ['*.example.com', 'https://example.com', false],
  ['*.example.com', 'https://notexample.com', false],

  // Ports, the default one by its number too.
  ['example.com:8443', 'https://example.com:8443', true],
  ['example.com:8443', 'https://example.com', false],
  ['example.com:443', 'https://example.com', true],
  ['example.com:443', 'http://example.com', false],
  ['example.com:80', 'http://example.com', true],

  // Schemes.
  ['https://example.com', 'https://example.com', true],
  ['https://example.com', 'http://example.com', false],
  ['https://*.example.com:8443', 'https://www.example.com:8443', true],
  ['https://*.example.com:8443', 'https://www.example.com', false],
  ['example.com', 'ftp://example.com', false],
  ['example.com', 'chrome-extension://example.com', false],

  // What is no origin.
  ['example.com', 'null', false],
  ['example.com', '', false],
  ['example.com', 'example.com', false],
  ['example.com', 'https://example.com/', false],
  ['example.com', 'https://example.com/page', false],
  ['example.com', 'https://user@example.com', false],
  ['example.com', 'https://example.com, https://evil.example', false],
];

for (const [entry, origin, matches] of rows) {
  test(`${entry} ${matches ? 'lets in' : 'keeps out'} ${origin || 'an empty origin'}`, () => {
    const domain = parseDomain(entry);
    assert.ok(domain);
    assert.equal(matchesOrigin([domain], origin), matches);
  });
}

test('one matching entry among several is enough, and none lets nobody in', () => {
  const domains = ['a.example', 'b.example'].map((entry) => parseDomain(entry));
  assert.ok(domains[0] && domains[1]);
  assert.equal(matchesOrigin([domains[0], domains[1]], 'https://b.example'), true);
  assert.equal(matchesOrigin([], 'https://b.example'), false);
});

const noDomains = [
  '',
  '*',
  '*.',
  'https://',
  'example.com/',
  'example.com/page',
  'example.com:',
  'example.com:0',
  'example.com:65536',
  'ftp://example.com',
  'www.*.example.com',
  'user@example.com',
  'two words',
  '[::1',
];

for (const entry of noDomains) {
  test(`"${entry}" is not a domain`, () => assert.equal(parseDomain(entry), null));
}
