/** Reads the facts of forms in the customer's page, with the code that the SDK itself reads them with. */

import { openDom } from '../js-glue/browser/forms/dom.js';
import { describeForm } from '../js-glue/browser/forms/facts.js';

const dom = openDom();

Object.defineProperty(window, '__appizerDescribe', {
  configurable: true,
  value: (form: HTMLFormElement) => describeForm(dom, form, null, (url) => url),
});
