/** The front page. */

import { drawing, priceOf, products } from './products.js';
import './shop.js';

document.querySelector('#products').innerHTML = products
  .map(
    (product) => `
    <a class="card" href="product.html?id=${product.id}">
      ${drawing(product)}
      <span class="card-text">
        <b>${product.name}</b>
        <span class="quiet">${product.line}</span>
        <span class="price">${priceOf(product)}</span>
      </span>
    </a>`,
  )
  .join('');
