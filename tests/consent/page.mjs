/** A page for consent banners in Node: a window and a document that take listeners, and a client that remembers. */

/** Names that a test may set on the window; they are gone after it. */
const banners = [
  '__tcfapi',
  'dataLayer',
  'OneTrust',
  'OnetrustActiveGroups',
  'Cookiebot',
  'UC_UI',
  '__ucCmp',
  'Didomi',
  'didomiOnReady',
  'getCkyConsent',
  'klaro',
  'Osano',
];

/** @type {any} */
const global = globalThis;

export function openPage() {
  const target = new EventTarget();
  Object.assign(global, {
    window: global,
    document: new EventTarget(),
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  });
  /** @type {string[]} */
  const decisions = [];
  /** @type {string[]} */
  const deciders = [];
  /** @type {string[]} */
  const reasons = [];
  return {
    /** The window. @type {any} */
    window: global,
    client: {
      setConsent: (/** @type {any} */ { state, decision }) => {
        decisions.push(state);
        deciders.push(decision);
      },
    },
    decisions,
    /** What events say of each decision. */
    deciders,
    reasons,
    onUnknown: (/** @type {string} */ reason) => void reasons.push(reason),
    /** @param {string} type @param {unknown} [detail] */
    fire: (type, detail) => target.dispatchEvent(new CustomEvent(type, { detail })),
    /** @param {string} type @param {unknown} [detail] */
    fireOnDocument: (type, detail) =>
      global.document.dispatchEvent(new CustomEvent(type, { detail })),
    close() {
      for (const name of [...banners, 'window', 'document']) delete global[name];
      for (const name of ['addEventListener', 'removeEventListener']) delete global[name];
    },
  };
}

/** @typedef {ReturnType<typeof openPage>} Page */
