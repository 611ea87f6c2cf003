/** Debug says one thing about each mistake: the status's own sentence, or the hint that the core gives with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppizerWeb } from '../../dist/index.mjs';
import { createWorld } from '../../dist/testing.mjs';
import { waitFor } from '../browser/harness/wait.mjs';

/** @type {Record<string, (app: any, host: any) => void>} By `Status` (status.h). */
const mistakes = {
  already_started: (app, host) => app.init({ appId: 'demo', host }),
  name_missing: (app) => app.trackEvent(' '),
  properties_unusable: (app) => app.trackEvent('bought_tea', 5),
  user_id_unusable: (app) => app.setUserId('undefined'),
  consent_unusable: (app) => app.setConsent('maybe'),
  user_properties_unusable: (app) => app.setUserProperties('rich'),
};
for (const [status, make] of Object.entries(mistakes)) {
  test(`${status}: one sentence`, async () => {
    const world = createWorld();
    const app = AppizerWeb.create({ appId: 'demo', host: world.host, debug: true });
    world.advance(0);
    make(app, world.host);
    world.advance(0);
    const about = () => world.log.filter((sentence) => !/Recorded "/.test(sentence));
    await waitFor(() => about().length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(about().length, 1, about().join('\n'));
    assert.doesNotMatch(about()[0] ?? '', /Hint \d|undefined \(/);
  });
}

for (const [status, options] of /** @type {[string, any][]} */ ([
  ['app_id_missing', { appId: '' }],
  ['options_unusable', ['demo']],
])) {
  test(`${status}: one sentence, and another init may follow`, async () => {
    const world = createWorld();
    const app = AppizerWeb.create();
    const given = Object.assign(options, { host: world.host, debug: true });
    app.init(given);
    await waitFor(() => world.log.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(world.log.length, 1, world.log.join('\n'));
    app.trackEvent('after_the_mistake');
    app.init({ appId: 'demo', host: world.host });
    world.advance(1000);
    assert.equal(world.events().length, 1);
  });
}
