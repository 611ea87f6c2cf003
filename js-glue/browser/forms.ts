/**
 * What happens to forms, as facts. Which submissions count and which fields may be known is the core's to
 * decide (forms.h, fields.h): it asks for the values that may be known, and no other is ever read.
 *
 * A form's fields hide its own properties under their names (`<input name="action">`), and a document's
 * forms hide the document's. So these are read through the prototypes, as they were at the start.
 */

import { attempt } from '../api/attempt.js';
import type { FormListener, FormWatch } from '../api/host.js';
import { AbortController, listen, setTimeout } from '../api/natives.js';
import { FORM_INPUT } from '../bridge/abi.js';

export interface Forms extends FormWatch {
  /** Starts reporting submissions, or visitors who begin to fill in a form, or both; returns what ends it. */
  watch(emit: FormListener, submits: boolean, starts: boolean): () => void;
}

type View = Window & typeof globalThis;

interface Submission {
  form: HTMLFormElement;
  fields: Field[];
  view: View;
  url: string;
  /** By the view's clock. */
  began: number;
  valid: boolean;
  /** None where a script called `submit()`. */
  event: Event | undefined;
  ended?: boolean;
  /** Once the core has shown interest: reports the requests so far, and ends it. */
  collect?: () => void;
  forget?: () => void;
}

// Fields, or custom elements that stand for one.
type Field = HTMLInputElement;

const MOST_FIELDS = 200;
const MOST_DEPTH = 50;
const LONGEST_LABEL = 60;
// Longer than what the core takes, so that it sees what is too long.
const LONGEST_VALUE = 300;
const A_MOMENT = 100;
const SENT = 1;
const VALID = 2;
const NO_FIELD = /^(submit|reset|button|image|fieldset|output|object)$/;
const UNREAD = /^(password|file|hidden)$/;
// Marks a window that has an SDK of its own, for the SDK in the page around it.
const MARK = Symbol.for('appizer.forms');

export function openForms(): Forms {
  const { getAttribute, closest, matches } = Element.prototype;
  const { getRootNode } = Node.prototype;
  const elementsOf = getter(HTMLFormElement, 'elements');
  const isConnected = getter(Node, 'isConnected');
  const documentOf = getter(Node, 'ownerDocument');
  const baseOf = getter(Node, 'baseURI');
  const viewOf = getter(Document, 'defaultView');

  const submissions = new Map<number, Submission>();
  // Events, forms and shadow roots that were dealt with.
  const known = new WeakSet<object>();
  // Our wrappers of `submit`, with what they wrap.
  const wrapped = new WeakMap<object, () => void>();
  // Fields that a password was typed into: some pages then show it as text.
  const secret = new WeakSet<object>();
  let emit: FormListener = () => {};
  let last = 0;

  const attribute = (element: Element, name: string): string =>
    getAttribute.call(element, name) ?? '';

  // Whether the element or anything around it matches, also across shadow roots and frames. Bounded,
  // because a form named "host" makes its document look like something inside itself.
  const within = (element: Element, selector: string) => {
    let node: Element | null | undefined = element;
    for (let depth = 0; node && depth < MOST_DEPTH; ++depth) {
      if (closest.call(node, selector)) return true;
      const root = getRootNode.call(node) as unknown as { host?: Element; defaultView?: View };
      node = root.host ?? root.defaultView?.frameElement;
    }
    return false;
  };

  const viewOfForm = (form: Node): View => viewOf.call(documentOf.call(form));

  // Not where the frame, or one around it, has an SDK of its own.
  const isOurs = (view: View | null) => {
    for (let one = view; one !== window; one = one.parent as View) {
      if (!one || one[MARK as never]) return false;
    }
    return true;
  };

  const typeOf = (field: Field): string =>
    secret.has(field) ? 'password' : String(field.type ?? (attribute(field, 'type') || 'text'));

  // The core's `Field`; nothing for what is none.
  const describe = (field: Field) => {
    const type = typeOf(field);
    // What is disabled is not submitted either.
    if (NO_FIELD.test(type) || matches.call(field, ':disabled')) return;
    const name = attribute(field, 'name');
    const id = attribute(field, 'id');
    const label =
      field.labels?.[0]?.textContent ||
      attribute(field, 'aria-label') ||
      attribute(field, 'placeholder');
    return [
      type,
      name || id,
      plain(attribute(field, 'autocomplete')),
      plain(`${name}|${id}`),
      plain(label.trim().slice(0, LONGEST_LABEL)),
      attribute(field, 'data-appizer-field'),
      within(field, '[data-appizer-ignore]') ? '1' : '',
    ];
  };

  const read = (field: Field | undefined): string => {
    // The core asks for none of these; that must not be the only reason.
    if (!field || UNREAD.test(typeOf(field))) return '';
    const { type, checked, value } = field;
    if (type === 'checkbox') return checked ? '1' : '';
    return type === 'radio' && !checked ? '' : String(value).slice(0, LONGEST_VALUE);
  };

  // The core's `Facts`, and the fields that they number.
  const facts = (form: HTMLFormElement, submitter?: Element | null) => {
    const chosen = (name: string) =>
      (submitter && attribute(submitter, `form${name}`)) || attribute(form, name);
    const page = viewOfForm(form);
    const parts = [
      attribute(form, 'id'),
      attribute(form, 'name'),
      attempt(() => new URL(chosen('action') || page.location.href, baseOf.call(form)).href) ?? '',
      chosen('method').toLowerCase(),
      within(form, '[data-appizer="false"]') ? 'false' : attribute(form, 'data-appizer'),
      attribute(form, 'data-appizer-app-id'),
      location.href,
    ];
    const fields: Field[] = [];
    for (const field of [...(elementsOf.call(form) as Field[])].slice(0, MOST_FIELDS)) {
      // A custom element's own code may throw.
      const said = attempt(() => describe(field));
      if (!said) continue;
      fields.push(field);
      parts.push(...said);
    }
    return { fields, text: join(parts) };
  };

  const begin = (form: HTMLFormElement, event?: SubmitEvent) => {
    const view = viewOfForm(form);
    if (!isConnected.call(form) || !isOurs(view)) return;
    const { fields, text } = facts(form, event?.submitter);
    const id = ++last;
    const submission: Submission = {
      form,
      fields,
      view,
      url: view.location.href,
      began: view.performance.now(),
      valid: fields.every(fits),
      event,
    };
    submissions.set(id, submission);
    emit(FORM_INPUT.submits, id, 0, text);
    // By now the core has asked for values, or is not interested.
    if (!submission.forget) submissions.delete(id);
    // A task later: microtasks run between the handlers.
    else setTimeout(() => submission.ended || attempt(() => end(id, submission)), 0);
  };

  const end = (id: number, submission: Submission) => {
    submission.ended = true;
    const { form, fields, event, valid } = submission;
    // What was removed by a handler is not sent; what `submit()` has been called on is on its way.
    const sent = !event || (event.isTrusted && !event.defaultPrevented && isConnected.call(form));
    emit(FORM_INPUT.ended, id, (sent ? SENT : 0) + (valid && !refuses(fields) ? VALID : 0), '');
  };

  // Whether the page says of a field that it will not take what is in it.
  const refuses = (fields: Field[]) =>
    fields.some((field) =>
      attempt(
        () =>
          (field.willValidate && field.validity.customError) ||
          attribute(field, 'aria-invalid') === 'true',
      ),
    );

  // The core is interested: what the page does from now on may show that it handles the form.
  const attend = (id: number, submission: Submission) => {
    const { form, fields, view, began } = submission;
    const reset = () => emit(FORM_INPUT.handled, id, 0, '');
    let ended: PerformanceEntryList = [];
    const observer = attempt(() => {
      const one = new view.PerformanceObserver((list) => {
        ended.push(...list.getEntries());
        // What the answer was shows in what the page makes of it.
        setTimeout(() => attempt(collect), A_MOMENT);
      });
      one.observe({ type: 'resource' });
      return one;
    });
    const collect = () => {
      const all = ended.concat(observer?.takeRecords() ?? []) as PerformanceResourceTiming[];
      ended = [];
      for (const { name, startTime, initiatorType } of refuses(fields) ? [] : all) {
        if (initiatorType === 'fetch' || initiatorType === 'xmlhttprequest') {
          emit(FORM_INPUT.request, id, startTime - began, name);
        }
      }
    };
    const stop = new AbortController();
    listen(form, 'reset', reset, stop.signal, false);
    submission.collect = collect;
    submission.forget = () => {
      stop.abort();
      observer?.disconnect();
      submissions.delete(id);
    };
  };

  // Also the end of what listens at frames and shadow roots, without keeping them alive.
  let stop = new AbortController();
  // The same function each time: to listen twice with it is to listen once.
  const guarded =
    <E extends Event>(act: (event: E) => void) =>
    (event: Event) => {
      if (!stop.signal.aborted) attempt(() => act(event as E));
    };

  const submitted = guarded((event: SubmitEvent) => {
    if (known.has(event)) return;
    known.add(event);
    begin(event.composedPath()[0] as HTMLFormElement, event);
  });

  const filled = guarded((event) => {
    const { form } = event.composedPath()[0] as Field;
    if (!form || !event.isTrusted || known.has(form)) return;
    known.add(form);
    if (isOurs(viewOfForm(form))) emit(FORM_INPUT.begun, 0, 0, facts(form).text);
  });

  // Submissions do not leave their shadow root, and no event announces a new one; clicks and focus do leave.
  const touched = guarded((event) => {
    const path = event.composedPath() as (Field & ShadowRoot)[];
    if (path[0]?.type === 'password') secret.add(path[0]);
    for (const node of path) {
      if (node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE || known.has(node)) continue;
      known.add(node);
      enter(node, node);
    }
  });

  const loaded = guarded(({ target }) => inFrame(target as HTMLIFrameElement, enterView));

  const on = (target: EventTarget, type: string, listener: (event: Event) => void) =>
    listen(target, type, listener, stop.signal);

  let submits = false;
  let starts = false;

  // Listens at `target` for what happens below `root`.
  const enter = (target: EventTarget, root: Document | ShadowRoot) => {
    if (submits) on(target, 'submit', submitted);
    // Does not bubble, but is captured; not by a window.
    on(root, 'load', loaded);
    inFrames(root, enterView);
  };

  const inFrames = (root: ParentNode, act: (view: View) => void) => {
    for (const frame of attempt(() => root.querySelectorAll('iframe')) ?? []) inFrame(frame, act);
  };

  const inFrame = (frame: HTMLIFrameElement, act: (view: View) => void) => {
    // Another origin's page has no document for us.
    if (frame.contentDocument) attempt(() => act(frame.contentWindow as View));
  };

  const enterView = (view: View) => {
    on(view, 'click', touched);
    on(view, 'focusin', touched);
    if (starts) on(view, 'input', filled);
    enter(view, view.document);
    if (submits) attempt(() => wrapSubmit(view.HTMLFormElement.prototype));
  };

  // `form.submit()` fires no event. A proxy, because it is the method in every respect (navigation.ts).
  const wrapSubmit = (prototype: HTMLFormElement) => {
    const { submit } = prototype;
    if (wrapped.has(submit)) return;
    const wrapper = new Proxy(submit, {
      apply(method, form, given) {
        if (!stop.signal.aborted) attempt(() => begin(form));
        return Reflect.apply(method, form, given);
      },
    });
    wrapped.set(wrapper, submit);
    prototype.submit = wrapper;
  };

  // Unless somebody has wrapped it since.
  const leaveView = (view: View) => {
    const { prototype } = view.HTMLFormElement;
    prototype.submit = wrapped.get(prototype.submit) ?? prototype.submit;
    inFrames(view.document, leaveView);
  };

  return {
    watch(listener, wantsSubmits, wantsStarts) {
      emit = listener;
      submits = wantsSubmits;
      starts = wantsStarts;
      stop = new AbortController();
      window[MARK as never] = true as never;
      enterView(window as View);
      return () => {
        stop.abort();
        window[MARK as never] = false as never;
        attempt(() => leaveView(window));
        for (const { forget } of submissions.values()) forget?.();
      };
    },
    values(id, numbers) {
      const submission = submissions.get(id);
      if (!submission) return;
      attend(id, submission);
      const values = numbers ? numbers.split(' ') : [];
      emit(
        FORM_INPUT.values,
        id,
        0,
        join(values.map((n) => attempt(() => read(submission.fields[+n])) ?? '')),
      );
    },
    check(id, further) {
      const submission = submissions.get(id);
      if (!submission || !further) {
        submission?.forget?.();
        return;
      }
      const { form, view, url, collect } = submission;
      collect?.();
      const there = isConnected.call(form) && viewOfForm(form) === view;
      if (!there || view.location.href !== url) emit(FORM_INPUT.handled, id, 0, '');
    },
    flush() {
      for (const [id, submission] of submissions) {
        // Once more, where it has ended: meanwhile the page may have refused what is in it.
        attempt(() => end(id, submission));
        submission.collect?.();
      }
    },
  };
}

/**
 * What a field says, in the form that the core compares: lower case, without accents, and with the words of
 * camelCase apart.
 */
export function plain(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ');
}

function join(parts: string[]): string {
  return parts.map((part) => part.replace(/\0/g, '')).join('\0');
}

// Whether what is in a field keeps to the field's own constraints. One that nobody sees (another step's, one
// that a widget stands for) cannot have been filled in otherwise.
function fits(field: Field): boolean {
  const { willValidate, validity } = field;
  if (!willValidate || validity.valid) return true;
  for (const flaw in validity) {
    if (flaw !== 'valid' && flaw !== 'customError' && validity[flaw as 'valid']) {
      return !field.getClientRects().length;
    }
  }
  return true;
}

function getter(type: { prototype: object }, name: string): () => never {
  return Object.getOwnPropertyDescriptor(type.prototype, name)?.get as () => never;
}
