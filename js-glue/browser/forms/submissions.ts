/** Follows submissions of forms and reports what happens to each. Which of them count is the core's to decide. */

import { attempt } from '../../api/attempt.js';
import type { FormListener, FormWatch } from '../../api/host.js';
import { AbortController, listen, setTimeout } from '../../api/natives.js';
import { FORM_ENDED, FORM_HANDLED, FORM_INPUT } from '../../bridge/abi.js';
import type { Dom, Field, View } from './dom.js';
import { describeForm, join } from './facts.js';
import { fits, read, refuses } from './fields.js';
import type { Request, Requests } from './requests.js';

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
  /** The visitor has clicked on something since that submits nothing. */
  clicked?: boolean;
  reported: Set<Request>;
  /** Once the core has shown interest: stops following it. */
  forget?: () => void;
}

export interface Submissions extends FormWatch {
  begin(form: HTMLFormElement, event?: SubmitEvent): void;
  /** The visitor has clicked on something. */
  clicked(target: Element): void;
  end(): void;
}

export function openSubmissions(
  dom: Dom,
  emit: FormListener,
  url: (url: string) => string,
  requestsOf: (view: View) => Requests,
): Submissions {
  const submissions = new Map<number, Submission>();
  const numbers = new WeakMap<HTMLFormElement, number>();
  // Requests that were reported of a submission: none of them is one that the page makes anyway.
  const claimed = new WeakSet<Request>();
  let last = 0;
  let forms = 0;

  const handled = (id: number, { clicked }: Submission, how: number) =>
    emit(FORM_INPUT.handled, id, how + (clicked ? FORM_HANDLED.clicked : 0), '');

  const end = (id: number, submission: Submission) => {
    submission.ended = true;
    const { form, fields, event, valid } = submission;
    // What was removed by a handler is not sent; what `submit()` has been called on is on its way.
    const sent = !event || (event.isTrusted && !event.defaultPrevented && dom.isConnected(form));
    const how =
      (sent ? FORM_ENDED.sent : 0) + (valid && !refuses(dom, fields) ? FORM_ENDED.valid : 0);
    emit(FORM_INPUT.ended, id, how, '');
  };

  // Reports the requests that the page has begun since. Where it then marks a field, the answer was a refusal.
  const collect = (id: number, { fields, view, began, reported }: Submission) => {
    const refused = refuses(dom, fields);
    const all = requestsOf(view).all();
    for (const request of all) {
      if (request.start < began || reported.has(request)) continue;
      reported.add(request);
      claimed.add(request);
      if (refused) continue;
      // But for numbers, which go on from one request to the next.
      const place = (one: Request) => one.url.replace(/\d+|#.*/g, '');
      const before = all
        .filter((one) => !claimed.has(one) && one.start < request.start)
        .filter((one) => place(one) === place(request))
        .map(({ start }) => Math.round(start - began));
      const text = join([request.url, String(request.status), before.join(' ')]);
      emit(FORM_INPUT.request, id, request.start - began, text);
    }
  };

  // The core is interested: what the page does from now on may show that it handles the form.
  const follow = (id: number, submission: Submission) => {
    const { form, view } = submission;
    const { listeners } = requestsOf(view);
    const more = () => collect(id, submission);
    const stop = new AbortController();
    listeners.add(more);
    listen(form, 'reset', () => handled(id, submission, FORM_HANDLED.reset), stop.signal, false);
    submission.forget = () => {
      stop.abort();
      listeners.delete(more);
      submissions.delete(id);
    };
  };

  return {
    begin(form, event) {
      const view = dom.view(form);
      const { fields, text } = describeForm(dom, form, event?.submitter, url);
      const id = ++last;
      const submission: Submission = {
        form,
        fields,
        view,
        url: view.location.href,
        began: view.performance.now(),
        valid: fields.every(fits),
        event,
        reported: new Set(),
      };
      submissions.set(id, submission);
      if (!numbers.has(form)) numbers.set(form, ++forms);
      emit(FORM_INPUT.submits, id, numbers.get(form) as number, text);
      // By now the core has asked for values, or is not interested.
      if (!submission.forget) submissions.delete(id);
      // A task later: microtasks run between the handlers.
      else setTimeout(() => submission.ended || attempt(() => end(id, submission)), 0);
    },
    clicked(target) {
      if (dom.closest(target, 'button:not([type=button]),[type=submit],[type=image]')) return;
      for (const submission of submissions.values()) submission.clicked = true;
    },
    values(id, asked) {
      const submission = submissions.get(id);
      if (!submission) return;
      follow(id, submission);
      const values = asked ? asked.split(' ') : [];
      const texts = values.map((n) => attempt(() => read(dom, submission.fields[+n])) ?? '');
      emit(FORM_INPUT.values, id, 0, join(texts));
    },
    check(id, further) {
      const submission = submissions.get(id);
      if (!submission || !further) {
        submission?.forget?.();
        return;
      }
      const { form, view, url: before } = submission;
      collect(id, submission);
      // Meanwhile the page may have refused what is in it.
      end(id, submission);
      const there = dom.isConnected(form) && dom.view(form) === view;
      if (!there) handled(id, submission, FORM_HANDLED.gone);
      else if (view.location.href !== before) handled(id, submission, FORM_HANDLED.moved);
    },
    flush() {
      for (const [id, submission] of submissions) {
        // Once more, where it has ended: meanwhile the page may have refused what is in it.
        attempt(() => end(id, submission));
        attempt(() => collect(id, submission));
      }
    },
    end() {
      for (const { forget } of submissions.values()) forget?.();
    },
  };
}
