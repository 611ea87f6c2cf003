/** After the purchase. */

import { money } from './products.js';
import './shop.js';

const order = JSON.parse(sessionStorage.getItem('shop.order') ?? 'null');

if (order) {
  document.querySelector('#lines').innerHTML = order.lines
    .map(
      ({ product, quantity, amount }) => `
      <li>
        <span>${product.name}${quantity > 1 ? ` <span class="quiet">× ${quantity}</span>` : ''}</span>
        <span class="amount">${money(amount)}</span>
      </li>`,
    )
    .join('');
  document.querySelector('#total').textContent = money(order.total);
}
document.querySelector('#order').hidden = order === null;
