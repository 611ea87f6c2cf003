import './start.js';
import '@shoelace-style/shoelace/dist/components/button/button.js';
import '@shoelace-style/shoelace/dist/components/input/input.js';

document.getElementById('app').innerHTML = `<form name="contact">
  <sl-input id="email" name="email" type="email" label="E-mail" pattern=".*@.*\\.com" required></sl-input>
  <sl-input id="first" name="first_name" label="First name"></sl-input>
  <sl-button type="submit">Send</sl-button>
</form>`;
const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  await fetch('/api', { method: 'POST', body: new FormData(form) });
  form.reset();
});
