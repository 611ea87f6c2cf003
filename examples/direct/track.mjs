/**
 * Tracks one event from a server, without the SDK.
 *
 *     APPIZER_API_KEY=… node examples/direct/track.mjs
 *
 * APPIZER_API_BASE sends it somewhere else, such as the collector in examples/collector.
 */
const base = process.env.APPIZER_API_BASE || 'https://api.appizer.com';
const key = process.env.APPIZER_API_KEY;

try {
  if (!key) throw new Error('Set APPIZER_API_KEY to your API key.');
  console.log(await track());
} catch (error) {
  // What fetch says is "fetch failed"; why is in its cause.
  console.error(`The event was not tracked: ${error.cause?.message || error.message}`);
  process.exitCode = 1;
}

async function track() {
  const response = await fetch(`${base}/v1/events`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      event_name: 'purchase_completed',
      user_id: 'user_123',
      properties: {
        amount: 29.99,
        currency: 'USD',
        product_id: 'premium_plan',
      },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text);
}
