/** What all pages share: the header. */

import * as cart from './cart.js';
import { tell } from './panel.js';

// The shop's own note of who is signed in. A real one asks its server.
const key = 'shop.account';
const ada = { id: 'user_123', name: 'Ada' };

const button = document.querySelector('#sign-in');

export function showHeader() {
  document.querySelector('#pieces').textContent = cart.pieces() || '';
  const account = JSON.parse(localStorage.getItem(key) ?? 'null');
  button.textContent = account ? `Hello, ${account.name}` : 'Sign in';
  button.disabled = account !== null;
}

button.addEventListener('click', () => {
  localStorage.setItem(key, JSON.stringify(ada));
  showHeader();

  // From now on events belong to this account, and what was tracked before is linked to it.
  AppizerWeb.setUserId(ada.id);
  tell('setUserId', ada.id);
});

showHeader();
