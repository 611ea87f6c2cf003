/** The cart, kept from page to page. */

import { find, round } from './products.js';

const key = 'shop.cart';

/** @returns {{ product: import('./products.js').Product, quantity: number, amount: number }[]} */
export function lines() {
  /** @type {Record<string, number>} */
  const quantities = JSON.parse(localStorage.getItem(key) ?? '{}');
  return Object.entries(quantities).flatMap(([id, quantity]) => {
    const product = find(id);
    return product ? [{ product, quantity, amount: round(product.price * quantity) }] : [];
  });
}

/** @param {string} id @param {number} quantity may be negative */
export function add(id, quantity) {
  const quantities = JSON.parse(localStorage.getItem(key) ?? '{}');
  quantities[id] = (quantities[id] ?? 0) + quantity;
  if (quantities[id] <= 0) delete quantities[id];
  localStorage.setItem(key, JSON.stringify(quantities));
}

export const clear = () => localStorage.removeItem(key);

export const pieces = () => lines().reduce((sum, { quantity }) => sum + quantity, 0);

export const total = () => round(lines().reduce((sum, { amount }) => sum + amount, 0));
