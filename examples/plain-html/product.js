/** One product. */

import * as cart from './cart.js';
import { showCall } from './panel.js';
import { drawing, find, priceOf, products } from './products.js';
import { showHeader } from './shop.js';

const product = find(new URLSearchParams(location.search).get('id')) ?? products[0];
const viewed = { product_id: product.id, price: product.price, currency: 'USD' };

document.title = `${product.name} · Fernway Coffee`;
document.querySelector('#art').innerHTML = drawing(product);
document.querySelector('#name').textContent = product.name;
document.querySelector('#price').innerHTML = priceOf(product);
document.querySelector('#text').textContent = product.text;

AppizerWeb.trackEvent('product_viewed', viewed);
showCall('product_viewed', viewed);

document.querySelector('#add').addEventListener('click', () => {
  cart.add(product.id, 1);
  showHeader();
  document.querySelector('#added').hidden = false;

  const added = { ...viewed, quantity: 1 };
  AppizerWeb.trackEvent('cart_item_added', added);
  showCall('cart_item_added', added);
});
