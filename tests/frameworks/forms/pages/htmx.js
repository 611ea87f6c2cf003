import './start.js';
import 'htmx.org';

document.getElementById('app').innerHTML =
  `<form name="contact" hx-post="/htmx" hx-swap="outerHTML">
  <label>E-mail <input id="email" name="email" type="email" pattern=".*@.*\\.com" required></label>
  <label>First name <input id="first" name="first_name"></label>
  <button>Send</button>
</form>`;
window.htmx?.process(document.getElementById('app'));
