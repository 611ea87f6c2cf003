/**
 * Forms as content systems, shops, form builders and component libraries write them, with a place for each label.
 * `data-is` says what a field means: a key of the user record, `nothing`, or `never` for what may not even be named.
 *
 * @typedef {(what: string) => string} Say the next label for something, in one language
 * @typedef {{ first: boolean, both: boolean, name: boolean, last: boolean, reading: boolean }} Has
 */

/** @param {string} text */
const safe = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

/**
 * The fields of a name, as a language has them: its first name may be called "name" only beside a last name.
 *
 * @param {Say} say @param {Has} has
 */
const firstName = (say, has) => say(has.first ? 'first' : 'name');

/** @type {Record<string, (say: Say, has: Has) => string>} */
export const templates = {
  // A content system's contact form: labels around the fields.
  contact: (say, has) => `<form>
    <p><label>${say(has.name ? 'name' : 'both')}<br><input name="your-name" data-is="full_name"></label></p>
    <p><label>${say('email')}<br><input type="email" name="your-email" data-is="email"></label></p>
    <p><label>${say('phone')}<br><input type="tel" name="tel-301" data-is="phone"></label></p>
    <p><label>${say('message')}<br><textarea name="your-message" data-is="nothing"></textarea></label></p></form>`,

  // A form builder: numbered fields, everything is in the label.
  builder: (say) => `<form>
    <div><label for="wf-12-field_1">${say('both')}</label><input id="wf-12-field_1" name="fields[1]" data-is="full_name"></div>
    <div><label for="wf-12-field_2">${say('email')}</label><input id="wf-12-field_2" name="fields[2]" data-is="email"></div>
    <div><label for="wf-12-field_3">${say('organisation')}</label><input id="wf-12-field_3" name="fields[3]" data-is="organisation"></div>
    <div><label for="wf-12-field_4">${say('phone')}</label><input id="wf-12-field_4" name="fields[4]" data-is="phone"></div>
    <div><label for="wf-12-field_5">${say('city')}</label><input id="wf-12-field_5" name="fields[5]" data-is="nothing"></div></form>`,

  // The same with both parts of the name.
  parts: (say, has) => `<form>
    <div><label for="a1">${firstName(say, has)}</label><input id="a1" name="input_1" data-is="first_name"></div>
    <div><label for="a2">${say('last')}</label><input id="a2" name="input_2" data-is="last_name"></div>
    <div><label for="a3">${say('email')}</label><input id="a3" name="input_3" data-is="email"></div></form>`,

  // A shop's checkout.
  checkout: (say, has) => `<form>
    <p><label for="billing_first_name">${firstName(say, has)} <abbr>*</abbr></label><input id="billing_first_name" name="billing_first_name" data-is="first_name"></p>
    <p><label for="billing_last_name">${say('last')} <abbr>*</abbr></label><input id="billing_last_name" name="billing_last_name" data-is="last_name"></p>
    <p><label for="billing_company">${say('organisation')}</label><input id="billing_company" name="billing_company" data-is="organisation"></p>
    <p><label for="billing_address_1">${say('street')}</label><input id="billing_address_1" name="billing_address_1" data-is="nothing"></p>
    <p><label for="billing_postcode">${say('zip')}</label><input id="billing_postcode" name="billing_postcode" data-is="nothing"></p>
    <p><label for="billing_city">${say('city')}</label><input id="billing_city" name="billing_city" data-is="nothing"></p>
    <p><label for="billing_phone">${say('phone')}</label><input type="tel" id="billing_phone" name="billing_phone" data-is="phone"></p>
    <p><label for="billing_email">${say('email')}</label><input type="email" id="billing_email" name="billing_email" data-is="email"></p></form>`,

  // A shop whose fields have a model's names.
  model: (say, has) => `<form>
    <div><span>${say('street')}</span><input name="Address.addressFirst" autocomplete="address-line1" data-is="nothing"></div>
    <div><span>${firstName(say, has)}</span><input name="Address.FirstName" id="Address_FirstName" data-is="first_name"></div>
    <div><span>${say('last')}</span><input name="Address.LastName" id="Address_LastName" data-is="last_name"></div>
    <div><span>${say('organisation')}</span><input name="billing_address_company" data-is="organisation"></div>
    <div><span>${say('company fact')}</span><input name="companyTown" data-is="nothing"></div>
    <div><span>${say('email')}</span><input name="emailAddress" id="emailField" data-is="email"></div></form>`,

  // A component library that makes ids itself.
  components: (say) => `<form>
    <div><label for=":r1:">${say('both')}</label><input id=":r1:" data-is="full_name"></div>
    <div><label for=":rg:">${say('email')}</label><input id=":rg:" type="email" data-is="email"></div>
    <div><label for="«rfc»">${say('organisation')}</label><input id="«rfc»" data-is="organisation"></div>
    <div><label for="mui-42">${say('phone')}</label><input id="mui-42" data-is="phone"></div></form>`,

  placeholders: (say, has) => `<form>
    <input name="field-1" placeholder="${safe(firstName(say, has))}" data-is="first_name">
    <input name="field-2" placeholder="${safe(say('last'))}" data-is="last_name">
    <input name="field-3" placeholder="${safe(say('email'))}" data-is="email">
    <input name="field-4" placeholder="${safe(say('phone'))}" data-is="phone">
    <input name="field-5" placeholder="${safe(say('zip'))}" data-is="nothing"></form>`,

  labelledby: (say) => `<form>
    <span id="l1">${say('both')}</span><input name="x1" aria-labelledby="l1" data-is="full_name">
    <span id="l2">${say('email')}</span><input name="x2" aria-labelledby="l2" data-is="email">
    <span id="l3">${say('phone')}</span><input name="x3" aria-labelledby="l3" data-is="phone"></form>`,

  table: (say) => `<form><table>
    <tr><td>${say('both')}:</td><td><input name="c1" data-is="full_name"></td></tr>
    <tr><td>${say('organisation')}:</td><td><input name="c2" data-is="organisation"></td></tr>
    <tr><td>${say('email')}:</td><td><input name="c3" data-is="email"></td></tr>
    <tr><td>${say('phone')}:</td><td><input name="c4" data-is="phone"></td></tr>
    <tr><td>${say('street')}:</td><td><input name="c5" data-is="nothing"></td></tr></table></form>`,

  // Labels that float above their fields stand behind them.
  floating: (say, has) => `<form>
    <div class="form-floating"><input placeholder=" " name="q1" data-is="first_name"><label>${firstName(say, has)}</label></div>
    <div class="form-floating"><input placeholder=" " name="q2" data-is="last_name"><label>${say('last')}</label></div>
    <div class="form-floating"><input placeholder=" " name="q3" data-is="email"><label>${say('email')}</label></div></form>`,

  list: (say) => `<form><dl>
    <dt>${say('both')}</dt><dd><input name="d1" data-is="full_name"></dd>
    <dt>${say('email')}</dt><dd><input name="d2" data-is="email"></dd>
    <dt>${say('phone')}</dt><dd><input name="d3" type="tel" data-is="phone"></dd>
    <dt>${say('zip')}</dt><dd><input name="d4" type="tel" data-is="nothing"></dd></dl></form>`,

  // A sign-up whose "name" is the one to log in with.
  signup: (say) => `<form>
    <p><label for="s1">${say('username')}</label><input id="s1" name="name" data-is="nothing"></p>
    <p><label for="s2">${say('email')}</label><input id="s2" name="mail" data-is="email"></p>
    <p><label for="s3">${say('password')}</label><input id="s3" name="field_pw" type="password" data-is="never"></p>
    <p><label for="s4">${say('password')}</label><input id="s4" name="shown" type="text" data-is="never"></p></form>`,

  business: (say) => `<form>
    <p><label for="b1">${say('organisation')}</label><input id="b1" name="company_name" data-is="organisation"></p>
    <p><label for="b2">${say('tax')}</label><input id="b2" name="company[numTax]" data-is="never"></p>
    <p><label for="b3">${say('tax')}</label><input id="b3" name="b3" data-is="never"></p>
    <p><label for="b4">${say('company fact')}</label><input id="b4" name="b4" data-is="nothing"></p>
    <p><label for="b5">${say('both')}</label><input id="b5" name="contact" data-is="full_name"></p>
    <p><label for="b6">${say('email')}</label><input id="b6" name="b6" data-is="email"></p></form>`,

  payment: (say) => `<form>
    <p><label for="p1">${say('email')}</label><input id="p1" name="p1" autocomplete="email" data-is="email"></p>
    <p><label for="p2">${say('card')}</label><input id="p2" name="p2" data-is="never"></p>
    <p><label for="p3">${say('both')}</label><input id="p3" name="p3" data-is="never"></p>
    <p><label for="p4">CVC</label><input id="p4" name="p4" data-is="never"></p>
    <p><label for="p5">${say('birth')}</label><input id="p5" name="p5" data-is="never"></p></form>`,

  friend: (say) => `<form>
    <p><label for="f1">${say('both')}</label><input id="f1" name="f1" data-is="full_name"></p>
    <p><label for="f2">${say('email')}</label><input id="f2" name="f2" data-is="email"></p>
    <p><label for="f3">${say('other person')}</label><input id="f3" name="f3" data-is="nothing"></p>
    <p><label for="f4">${say('message')}</label><input id="f4" name="f4" data-is="nothing"></p></form>`,

  // Tokens of the standard, and names that say nothing.
  tokens: (say, has) => `<form>
    <p><label for="t1">${firstName(say, has)}</label><input id="t1" name="k3f9a" autocomplete="given-name" data-is="first_name"></p>
    <p><label for="t2">${say('last')}</label><input id="t2" name="k3f9b" autocomplete="family-name" data-is="last_name"></p>
    <p><label for="t3">${say('street')}</label><input id="t3" name="k3f9c" autocomplete="street-address" data-is="nothing"></p>
    <p><label for="t4">${say('email')}</label><input id="t4" name="k3f9d" autocomplete="section-a email" data-is="email"></p></form>`,

  // `new-password`, to keep browsers from filling in.
  unfilled: (say) => `<form>
    <p><label for="u1">${say('both')}</label><input id="u1" name="input_1" autocomplete="new-password" data-is="full_name"></p>
    <p><label for="u2">${say('email')}</label><input id="u2" name="input_2" type="email" autocomplete="new-password" data-is="email"></p>
    <p><label for="u3">${say('phone')}</label><input id="u3" name="input_3" autocomplete="new-password" data-is="phone"></p>
    <p><label for="u4">?</label><input id="u4" name="input_4" autocomplete="new-password" data-is="never"></p></form>`,

  newsletter: (say) =>
    `<form><div><input name="EMAIL" placeholder="${safe(say('email'))}" data-is="email"><button>OK</button></div></form>`,

  readings: (say, has) =>
    has.reading
      ? `<form>
    <p><label for="k1">${say('reading')}</label><input id="k1" name="k1" data-is="nothing"></p>
    <p><label for="k2">${say('both')}</label><input id="k2" name="k2" data-is="full_name"></p>
    <p><label for="k3">${say('email')}</label><input id="k3" name="k3" data-is="email"></p></form>`
      : '',
};
