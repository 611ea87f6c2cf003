/** The shop of `npm start`, used as a visitor would. What counts is what the collector stored. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/paths.mjs';
import { createStage, own, waitFor } from './stage.mjs';

const folder = join(root, 'examples', 'plain-html');
const names = readdirSync(folder).filter((name) => name.endsWith('.html'));

/** The address in the pages, which `npm start` also replaces where that port is taken. */
const written = 'http://127.0.0.1:8787';

/** The shop as it stands in its folder, with the collector's address. @param {string} collector */
function shop(collector) {
  const pages = Object.fromEntries(
    names.map((name) => [
      `/${name}`,
      readFileSync(join(folder, name), 'utf8').replaceAll(written, collector),
    ]),
  );
  return { pages: { ...pages, '/': pages['/index.html'] ?? '' }, folders: [folder] };
}

test('every page has the script tag and the documented snippet, and nothing from elsewhere', () => {
  assert.deepEqual(names, ['checkout.html', 'index.html', 'product.html', 'thanks.html']);
  for (const name of names) {
    const html = readFileSync(join(folder, name), 'utf8');
    assert.match(html, /<script src="\/appizer-web\.js"><\/script>\s*<script>\s*\/\/ Initialize/);
    assert.match(html, /appId: 'demo',\s+apiBase: 'http:\/\/127\.0\.0\.1:8787',/);
    assert.match(html, /autoEvents: true, .*\n\s+autoHook: true {4}/);
    assert.ok(html.includes(`href="${written}"`), `${name} links to the live page`);
    const elsewhere = html.replaceAll(written, '').match(/(?:https?:)?\/\/[a-z][\w.-]*\.[a-z]+/i);
    assert.equal(elsewhere, null, `${name} loads from ${elsewhere}`);
  }
});

test('a visitor looks, signs in, buys: all of it is stored once', async (t) => {
  const { address, page, events, stored } = await createStage(t, shop);
  /** @type {string[]} */
  const wrong = [];
  page.raw.on('pageerror', (error) => wrong.push(error.message));
  page.raw.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  const follow = (selector) => Promise.all([page.raw.waitForNavigation(), page.click(selector)]);

  // As a stranger.
  await page.goto(address);
  await follow('[href="product.html?id=premium_plan"]');
  const [viewed] = await events('product_viewed');
  const stranger = viewed.user_id;
  assert.match(stranger, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  const plan = { product_id: 'premium_plan', price: 29.99, currency: 'USD' };
  assert.deepEqual(own(viewed), plan);

  // The page goes away the moment after the click.
  await page.click('#add');
  await follow('#added a');
  const [added] = await events('cart_item_added');
  assert.deepEqual(own(added), { ...plan, quantity: 1 });
  assert.equal(added.user_id, stranger);

  // As somebody.
  await page.click('#sign-in');
  await waitFor(() => stored('aliases').length === 1, { what: 'the alias' });
  const [{ user_id, alias_id }] = stored('aliases');
  assert.deepEqual({ user_id, alias_id }, { user_id: 'user_123', alias_id: stranger });

  await page.type('[name=email]', 'ada@example.com');
  await page.type('[name=name]', 'Ada Lovelace');
  await page.type('[name=street]', '12 St James Square');
  await follow('form .main');
  const [bought] = await events('purchase_completed');
  assert.deepEqual(own(bought), { amount: 29.99, currency: 'USD', product_id: 'premium_plan' });
  assert.equal(bought.user_id, 'user_123');
  assert.deepEqual(bought.ip, '127.0.0.1');
  assert.match(bought.ua, /Chrome\//);

  // The pages were seen by themselves, each once.
  const views = await events('page_view', 4);
  assert.deepEqual(
    views.map(({ properties }) => [properties.page, properties.title]),
    [
      ['/', 'Fernway Coffee'],
      ['/product.html', 'Premium plan · Fernway Coffee'],
      ['/checkout.html', 'Checkout · Fernway Coffee'],
      ['/thanks.html', 'Thank you · Fernway Coffee'],
    ],
  );

  // So was the form: the names of its fields in an event, what is known of Ada in her user record.
  const [form] = await events('form_submit');
  assert.deepEqual(own(form), {
    form_id: 'checkout',
    form_action: `${address}/thanks.html`,
    page: '/checkout.html',
    field_names: ['email', 'name', 'street'],
  });
  const ada = () => stored('users').find(({ email }) => email !== null);
  await waitFor(ada, { what: 'a user with an email' });
  assert.equal(ada().external_id, 'user_123');
  assert.equal(ada().email, 'ada@example.com');
  assert.deepEqual(ada().properties, { full_name: 'Ada Lovelace' });

  // The next page shows the calls of the previous one.
  const shown = await page.evaluate(() => document.querySelector('#panel li')?.textContent);
  assert.equal(shown, 'purchase_completedamount: 29.99 · currency: USD · product_id: premium_plan');

  // Nothing is under way any more, nothing came twice, and no card number came at all.
  await waitFor(
    () => page.evaluate(() => Object.keys(localStorage).every((key) => !key.includes('.j.'))),
    { what: 'an empty journal' },
  );
  const tracked = stored('events').map(({ event_name }) => event_name);
  for (const name of ['product_viewed', 'cart_item_added', 'checkout_started']) {
    assert.equal(tracked.filter((other) => other === name).length, 1, name);
  }
  assert.equal(tracked.filter((name) => name === 'purchase_completed').length, 1);
  assert.equal(stored('duplicates').length, 0);
  const sessions = new Set(stored('events').map(({ properties }) => properties.$session_id));
  assert.equal(sessions.size, 1);
  assert.doesNotMatch(JSON.stringify([stored('events'), stored('users')]), /4242/);
  assert.deepEqual(wrong, []);
});

test('after signing out the visitor has a new id', async (t) => {
  const { address, page, events } = await createStage(t, shop);
  await page.goto(`${address}/product.html?id=hand_grinder`);
  const [{ user_id: stranger }] = await events('product_viewed');
  await page.click('#sign-in');
  await page.click('#add');
  const [{ user_id: known }] = await events('cart_item_added');
  assert.equal(known, 'user_123');
  await page.click('#sign-in');
  await page.click('#add');
  const [, { user_id: next }] = await events('cart_item_added', 2);
  assert.match(next, /^[0-9a-f]{8}-/);
  assert.notEqual(next, stranger);
});

test('two products are two purchases, and one can be taken out of the cart', async (t) => {
  const { address, page, events } = await createStage(t, shop);
  for (const id of ['stoneware_mug', 'stoneware_mug', 'hand_grinder', 'starter_plan']) {
    await page.goto(`${address}/product.html?id=${id}`);
    await page.click('#add');
  }
  await page.goto(`${address}/checkout.html`);
  await page.click('[data-remove=hand_grinder]');
  const [removed] = await events('cart_item_removed');
  assert.deepEqual(own(removed), {
    product_id: 'hand_grinder',
    price: 64,
    currency: 'USD',
    quantity: 1,
  });
  for (const name of ['email', 'name', 'street'])
    await page.type(`[name=${name}]`, 'a@example.com');
  await Promise.all([page.raw.waitForNavigation(), page.click('form .main')]);
  assert.deepEqual((await events('purchase_completed', 2)).map(own), [
    { amount: 37, currency: 'USD', product_id: 'stoneware_mug' },
    { amount: 14.99, currency: 'USD', product_id: 'starter_plan' },
  ]);
  const total = await page.evaluate(() => document.querySelector('#total')?.textContent);
  assert.equal(total, '$51.99');
});
