/** The JavaScript example of Appizer's documentation, as written: only app id and server differ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStage, own, waitFor } from './stage.mjs';

const documented = `
// Initialize the SDK once
AppizerWeb.init({
  appId: 'YOUR_APP_ID',
  autoEvents: true, // Automatic page view tracking (including SPAs)
  autoHook: true    // Automatic form submission tracking
});

// Track a custom event
AppizerWeb.trackEvent('purchase_completed', {
  amount: 29.99,
  currency: 'USD',
  product_id: 'premium_plan'
});

// User ID is automatically managed by the SDK
// To set a custom user ID (e.g., after login):
AppizerWeb.setUserId('user_123');
`;

/** @param {string} collector */
const page = (collector) => `<!doctype html><title>Plans</title>
<script src="/appizer-web.js"></script>
<script>${documented.replace("'YOUR_APP_ID',", `'demo', apiBase: '${collector}',`)}</script>`;

test('the documented example stores its event, its user and the link between', async (t) => {
  const stage = await createStage(t, (collector) => ({ pages: { '/': page(collector) } }));
  await stage.page.goto(stage.address);

  const [event] = await stage.events('purchase_completed');
  assert.deepEqual(own(event), { amount: 29.99, currency: 'USD', product_id: 'premium_plan' });
  const { $event_id, $timestamp, $session_id, $lib, $lib_version } = event.properties;
  assert.match($event_id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(Date.parse($timestamp) - Date.now()) < 60_000);
  assert.ok($session_id);
  assert.equal($lib, 'appizer-web');
  const version = await stage.page.evaluate('AppizerWeb.version');
  assert.equal($lib_version, version);

  // It was tracked before the visitor had a name, so it has the id that was made here.
  assert.match(event.user_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  await waitFor(() => stage.stored('aliases').length > 0, { what: 'the alias' });
  const [{ user_id, alias_id }] = stage.stored('aliases');
  assert.deepEqual([user_id, alias_id], ['user_123', event.user_id]);
  assert.deepEqual(
    stage.stored('users').map(({ external_id }) => external_id),
    ['user_123'],
  );

  // The name stays, and is not given twice.
  await stage.page.reload();
  const both = await stage.events('purchase_completed', 2);
  assert.equal(both[1].user_id, 'user_123');
  assert.equal(await stage.page.evaluate("localStorage.getItem('appizer_user_id')"), 'user_123');
  assert.equal(stage.stored('aliases').length, 1);
});
