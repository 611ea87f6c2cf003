/** What all pages share: the header. */

import * as cart from './cart.js';
import { showCall } from './panel.js';

// The shop's own note of who is signed in. A real one asks its server.
const key = 'shop.account';
const ada = { id: 'user_123', name: 'Ada' };

const button = document.querySelector('#sign-in');

const account = () => JSON.parse(localStorage.getItem(key) ?? 'null');

export function showHeader() {
  document.querySelector('#pieces').textContent = cart.pieces() || '';
  const who = account();
  button.textContent = who ? `Sign out, ${who.name}` : 'Sign in';
}

button.addEventListener('click', () => {
  const signsOut = account() !== null;
  if (signsOut) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(ada));
  showHeader();

  if (signsOut) {
    // The next visitor on this device is a different one.
    AppizerWeb.reset();
    showCall('reset', 'a new visitor begins');
  } else {
    // From now on events belong to this account, and what was tracked before is linked to it.
    AppizerWeb.setUserId(ada.id);
    showCall('setUserId', ada.id);
  }
});

showHeader();
