/**
 * Watches the forms of a page, wherever they are: in the document, in open shadow roots, in frames of the same
 * origin. Which submissions count and which fields may be known is the core's to decide (forms.h, fields.h): it asks
 * for the values that may be known, and no other is ever read.
 */

import { attempt } from '../../api/attempt.js';
import type { FormListener, FormWatch } from '../../api/host.js';
import { AbortController, listen } from '../../api/natives.js';
import { FORM_INPUT } from '../../bridge/abi.js';
import { type Field, openDom, type View } from './dom.js';
import { describeForm } from './facts.js';
import { remember } from './fields.js';
import { openRequests, type Requests } from './requests.js';
import { openSubmissions, type Submissions } from './submissions.js';

export interface Forms extends FormWatch {
  /**
   * Starts reporting submissions, or visitors who begin to fill in, or both; returns what ends it. `url` passes a URL
   * through what the site asks to be done with URLs.
   */
  watch(
    emit: FormListener,
    url: (url: string) => string,
    submits: boolean,
    starts: boolean,
  ): () => void;
}

// By this an SDK that watches its own page says so to one in the page around it.
const MARK = 'appizer.forms';

export function openForms(): Forms {
  const dom = openDom();
  const mark = Symbol.for(MARK) as never;
  // Events, forms and shadow roots that were dealt with.
  const known = new WeakSet<object>();
  // Our wrappers of `submit`, with what they wrap.
  const wrapped = new WeakMap<object, () => void>();
  // By the view's clock: a frame that is loaded anew has the same view, but another one.
  const requests = new Map<Performance, Requests>();
  let submissions: Submissions | undefined;
  // Also the end of what listens at frames and shadow roots, without keeping them alive.
  let stop = new AbortController();

  const requestsOf = (view: View): Requests => {
    const one = requests.get(view.performance) ?? openRequests(view);
    requests.set(view.performance, one);
    return one;
  };

  // Not where the frame, or one around it, has an SDK of its own.
  const isOurs = (view: View | null) => {
    for (let one = view; one !== window; one = one.parent as View) {
      if (!one || one[mark]) return false;
    }
    return true;
  };

  const begin = (form: HTMLFormElement, event?: SubmitEvent) => {
    if (dom.isConnected(form) && isOurs(dom.view(form))) submissions?.begin(form, event);
  };

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

  let began: (form: HTMLFormElement) => void;
  const filled = guarded((event) => {
    const { form } = event.composedPath()[0] as Field;
    if (!form || !event.isTrusted || known.has(form)) return;
    known.add(form);
    if (isOurs(dom.view(form))) began(form);
  });

  // Submissions do not leave their shadow root, and no event says that there is a new one; clicks and focus do leave.
  const touched = guarded((event) => {
    const path = event.composedPath() as (Field & ShadowRoot)[];
    remember(path[0]);
    if (event.type === 'click' && event.isTrusted) submissions?.clicked(path[0] as Field);
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

  const enterView = (view: View) => {
    on(view, 'click', touched);
    on(view, 'focusin', touched);
    if (starts) on(view, 'input', filled);
    enter(view, view.document);
    if (!submits) return;
    requestsOf(view);
    attempt(() => wrapSubmit(view.HTMLFormElement.prototype));
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
    watch(emit, url, wantsSubmits, wantsStarts) {
      submits = wantsSubmits;
      starts = wantsStarts;
      stop = new AbortController();
      submissions = openSubmissions(dom, emit, url, requestsOf);
      began = (form) => emit(FORM_INPUT.begun, 0, 0, describeForm(dom, form, null, url).text);
      window[mark] = true as never;
      enterView(window as View);
      return () => {
        stop.abort();
        window[mark] = false as never;
        attempt(() => leaveView(window));
        submissions?.end();
        for (const one of requests.values()) one.stop();
        requests.clear();
      };
    },
    values: (id, asked) => submissions?.values(id, asked),
    check: (id, further) => submissions?.check(id, further),
    flush: () => submissions?.flush(),
  };
}

function inFrames(root: ParentNode, act: (view: View) => void): void {
  for (const frame of attempt(() => root.querySelectorAll('iframe')) ?? []) inFrame(frame, act);
}

function inFrame(frame: HTMLIFrameElement, act: (view: View) => void): void {
  // Another origin's page has no document for us.
  if (frame.contentDocument) attempt(() => act(frame.contentWindow as View));
}
