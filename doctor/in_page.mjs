// @ts-check
/** What runs in the customer's page. Each function is passed as text, so that it uses nothing from outside. */

/** Before the page's own scripts: keeps what they may replace, and what the policy of the page forbids. */
export function prepare() {
  const self = { fetch: window.fetch, violations: /** @type {object[]} */ ([]) };
  Object.defineProperty(window, '__appizerDoctor', { value: self });
  // What it leaves with the browser is sent when the page ends, past the doctor.
  Reflect.deleteProperty(window, 'fetchLater');
  document.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI, originalPolicy, disposition } = event;
    self.violations.push({ effectiveDirective, blockedURI, originalPolicy, disposition });
  });
}

/** Instead of a client of the page: takes every call and does nothing. */
export function disarm() {
  const nothing = { version: 'doctor', getUserId() {}, flush: async () => ({}) };
  const inert = new Proxy(nothing, {
    get: (of, name) => /** @type {any} */ (of)[name] ?? (() => undefined),
  });
  Object.defineProperty(window, 'AppizerWeb', { value: inert });
  Object.defineProperty(window, Symbol.for('appizer-web'), {
    value: new Proxy({}, { get: () => inert }),
  });
}

/** What the page has of the SDK, and what is stored. */
export async function inspect() {
  const page = /** @type {any} */ (window);
  const attempt = (/** @type {() => any} */ read, /** @type {any} */ otherwise) => {
    try {
      return read() ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const copies = Object.entries(page[Symbol.for('appizer-web')] ?? {}).filter(([, one]) => one);
  const apps = copies.map(([name, one]) => ({
    name,
    version: String(one.version),
    userId: attempt(() => one.getUserId(), ''),
  }));
  const ids = apps.map(({ userId }) => userId).filter(Boolean);
  const ours = (/** @type {string} */ key, /** @type {string} */ value) =>
    /appizer/i.test(key) || ids.includes(value);
  const stored = attempt(
    () =>
      Object.entries(localStorage)
        .filter(([key, value]) => ours(key, value))
        .map(([key, value]) => ({ place: 'localStorage', key, bytes: String(value).length })),
    [],
  );
  const cookies = attempt(
    () =>
      document.cookie
        .split('; ')
        .map((one) => one.split('='))
        .filter(([key = '', value = '']) => ours(key, decodeURIComponent(value)))
        .map(([key, value = '']) => ({ place: 'cookie', key, bytes: value.length })),
    [],
  );
  const tags = [...document.querySelectorAll('script[src]')]
    .map((one) => /** @type {HTMLScriptElement} */ (one))
    .filter(({ src }) => /appizer-web[^/]*\.js/.test(src) && !/\.(stub|debug|fallback)\./.test(src))
    .map(({ src, integrity, async, defer }) => ({ src, integrity, async, defer }));
  const policies = [...document.querySelectorAll('meta[http-equiv="Content-Security-Policy" i]')];
  return {
    apps,
    tags,
    stored: [...stored, ...cookies],
    global: page.AppizerWeb ? String(page.AppizerWeb.version ?? '') : undefined,
    watchesForms: page[Symbol.for('appizer.forms')] !== undefined,
    policies: policies.map((one) => one.getAttribute('content') ?? ''),
    secure: window.isSecureContext,
    ownFetch: window.fetch === page.__appizerDoctor?.fetch,
    violations: page.__appizerDoctor?.violations ?? [],
    hasWorker: (await navigator.serviceWorker?.getRegistrations().catch(() => []))?.length > 0,
    location: location.href,
    now: Date.now(),
  };
}

/** Tools that ask for consent, by what their documentation says they define; and any banner that looks like one. */
export async function findBanner() {
  const page = /** @type {any} */ (window);
  const known = {
    OneTrust: 'OneTrust',
    Cookiebot: 'Cookiebot',
    Usercentrics: 'UC_UI',
    Didomi: 'Didomi',
    CookieYes: 'getCkyConsent',
    Klaro: 'klaro',
    Osano: 'Osano',
    tarteaucitron: 'tarteaucitron',
    iubenda: '_iub',
    'Borlabs Cookie': 'BorlabsCookie',
    Complianz: 'complianz',
  };
  for (const [name, global] of Object.entries(known)) if (page[global]) return { name, sure: true };
  if (typeof page.__tcfapi === 'function') {
    const applies = await new Promise((resolve) => {
      setTimeout(() => resolve(undefined), 500);
      page.__tcfapi('addEventListener', 2, (/** @type {any} */ data) => resolve(data?.gdprApplies));
    });
    if (applies !== false) return { name: 'IAB TCF (__tcfapi)', sure: true };
  }
  const denied = (page.dataLayer ?? []).some?.(
    (/** @type {any} */ one) =>
      one?.[0] === 'consent' && one[1] === 'default' && one[2]?.analytics_storage === 'denied',
  );
  if (denied) return { name: 'Google Consent Mode', sure: true };
  const words =
    /^(accept|allow|agree|i agree|ok, accept|alle akzeptieren|akzeptieren|zustimmen|tout accepter|accepter|aceptar|accetta)\b/i;
  for (const button of document.querySelectorAll('button,[role=button],a')) {
    if (!words.test(button.textContent?.trim() ?? '')) continue;
    const around = button.closest('div,section,aside,dialog,form')?.parentElement ?? button;
    const near = `${around.textContent?.slice(0, 2000)} ${around.id} ${around.className}`;
    if (/cookie|consent|gdpr|dsgvo/i.test(near) && button.getClientRects().length > 0) {
      return { name: `a banner with "${button.textContent?.trim()}"`, sure: false };
    }
  }
  return undefined;
}

/** Decides for the visitor, in this page only. @returns {number} how many clients there are */
export function grant() {
  const copies = Object.values(/** @type {any} */ (window)[Symbol.for('appizer-web')] ?? {});
  for (const one of copies) one?.setConsent('granted');
  return copies.length;
}

/**
 * Asks the API as the page would, with an event list that is empty: nothing can be recorded of it.
 *
 * @param {string} url @param {string} body @param {boolean} own the browser's `fetch`, whatever the page made of it
 */
export async function ask(url, body, own) {
  const send = own ? /** @type {any} */ (window).__appizerDoctor.fetch : window.fetch;
  try {
    const answer = await send.call(window, url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      cache: 'no-store',
      body,
    });
    const text = (await answer.text()).slice(0, 2000);
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text };
  } catch (error) {
    return { status: 0, type: '', text: String(error) };
  }
}

/** The next link to follow, marked so that it can be clicked. @param {string[]} visited paths */
export function markLink(visited) {
  const risky =
    /log-?_?out|sign-?_?out|log ?off|abmelden|deconnexion|delete|remove|unsubscribe|add-to-cart/i;
  for (const old of document.querySelectorAll('[data-appizer-doctor]')) {
    old.removeAttribute('data-appizer-doctor');
  }
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[href]'));
  for (const link of links) {
    const { origin, pathname, search, textContent } = link;
    if (origin !== location.origin || visited.includes(pathname) || /\baction=/.test(search))
      continue;
    if (link.hasAttribute('download') || (link.target && link.target !== '_self')) continue;
    if (/\.\w+$/.test(pathname) && !/\.(html?|php|aspx?|jsp)$/i.test(pathname)) continue;
    if (risky.test(pathname + search) || risky.test(textContent ?? '')) continue;
    if (link.getClientRects().length === 0) continue;
    link.setAttribute('data-appizer-doctor', '');
    return pathname;
  }
  return undefined;
}

/** The facts of every form, by the code that the SDK itself reads them with (dist/doctor/facts.js). */
export function describeForms() {
  const describe = /** @type {any} */ (window).__appizerDescribe;
  return [...document.querySelectorAll('form')].map((form) => {
    const { text, fields } = describe(form);
    return {
      text: /** @type {string} */ (text),
      method: (form.getAttribute('method') ?? 'get').toLowerCase(),
      label: form.getAttribute('name') || form.id || form.getAttribute('action') || '',
      fields: fields.map((/** @type {HTMLInputElement} */ field) => ({
        label: field.getAttribute('name') || field.id || field.type || field.localName,
        mark: field.getAttribute('data-appizer-field') ?? '',
      })),
    };
  });
}
