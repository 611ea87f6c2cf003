import './start.js';
import '@hotwired/turbo';

document.getElementById('app').innerHTML = `<form name="contact" action="/turbo-sent" method="post">
  <label>E-mail <input id="email" name="email" type="email" pattern=".*@.*\\.com" required></label>
  <label>First name <input id="first" name="first_name"></label>
  <button>Send</button>
</form>`;
