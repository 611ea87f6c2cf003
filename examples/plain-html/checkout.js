/** The cart and the form. */

import * as cart from './cart.js';
import { showCall } from './panel.js';
import { money } from './products.js';
import { showHeader } from './shop.js';

const form = document.querySelector('#checkout');
const list = document.querySelector('#lines');

function showCart() {
  const lines = cart.lines();
  document.querySelector('main').dataset.empty = String(lines.length === 0);
  document.querySelector('#total').textContent = money(cart.total());
  list.innerHTML = lines
    .map(
      ({ product, quantity, amount }) => `
      <li>
        <span>${product.name}${quantity > 1 ? ` <span class="quiet">× ${quantity}</span>` : ''}</span>
        <button type="button" class="link" data-remove="${product.id}">Remove</button>
        <span class="amount">${money(amount)}</span>
      </li>`,
    )
    .join('');
}

list.addEventListener('click', ({ target }) => {
  const id = target.dataset.remove;
  if (!id) return;
  const { product, quantity } = cart.lines().find((line) => line.product.id === id);
  cart.add(id, -quantity);
  showCart();
  showHeader();

  const removed = { product_id: id, price: product.price, currency: 'USD', quantity };
  AppizerWeb.trackEvent('cart_item_removed', removed);
  showCall('cart_item_removed', removed);
});

// The form is sent by the browser, as if there were no SDK: the page goes away at once, and what is
// tracked here arrives all the same.
form.addEventListener('submit', () => {
  const lines = cart.lines();
  sessionStorage.setItem('shop.order', JSON.stringify({ lines, total: cart.total() }));
  cart.clear();

  // One event for each product, so that reports can separate their sales.
  for (const { product, amount } of lines) {
    const purchase = { amount, currency: 'USD', product_id: product.id };
    AppizerWeb.trackEvent('purchase_completed', purchase);
    showCall('purchase_completed', purchase);
  }
});

showCart();

if (cart.pieces() > 0) {
  const started = { amount: cart.total(), currency: 'USD', items: cart.pieces() };
  AppizerWeb.trackEvent('checkout_started', started);
  showCall('checkout_started', started);
}
