/** Follows submissions of forms and reports what happens to each. Which of them count is the core's to decide. */

import { attempt } from '../../api/attempt.js';
import type { FormListener, FormWatch } from '../../api/host.js';
import { AbortController, listen, setTimeout } from '../../api/natives.js';
import { FORM_ENDED, FORM_INPUT } from '../../bridge/abi.js';
import type { Dom, Field, View } from './dom.js';
import { describeForm, join } from './facts.js';
import { fits, read, refuses } from './fields.js';
import { followRequests } from './requests.js';

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
  /** Once the core has shown interest: reports the requests so far, and stops following them. */
  collect?: () => void;
  forget?: () => void;
}

export interface Submissions extends FormWatch {
  begin(form: HTMLFormElement, event?: SubmitEvent): void;
  /** Follows none any more. */
  stop(): void;
}

export function openSubmissions(
  dom: Dom,
  emit: FormListener,
  sanitized: (url: string) => string,
): Submissions {
  const submissions = new Map<number, Submission>();
  let last = 0;

  const end = (id: number, submission: Submission) => {
    submission.ended = true;
    const { form, fields, event, valid } = submission;
    // What was removed by a handler is not sent; what `submit()` has been called on is on its way.
    const sent = !event || (event.isTrusted && !event.defaultPrevented && dom.isConnected(form));
    const accepted = valid && !refuses(dom, fields);
    const detail = (sent ? FORM_ENDED.sent : 0) + (accepted ? FORM_ENDED.valid : 0);
    emit(FORM_INPUT.ended, id, detail, '');
  };

  // The core is interested: what the page does from now on may show that it handles the form.
  const follow = (id: number, submission: Submission) => {
    const { form, fields, view, began } = submission;
    const stop = new AbortController();
    const collect = () => {
      const taken = requests.take();
      if (refuses(dom, fields)) return;
      for (const { name, startTime } of taken) {
        emit(FORM_INPUT.request, id, startTime - began, name);
      }
    };
    const requests = followRequests(view, collect);
    listen(form, 'reset', () => emit(FORM_INPUT.handled, id, 0, ''), stop.signal, false);
    submission.collect = collect;
    submission.forget = () => {
      stop.abort();
      requests.stop();
      submissions.delete(id);
    };
  };

  return {
    begin(form, event) {
      const view = dom.view(form);
      const { fields, text } = describeForm(dom, form, event?.submitter, sanitized);
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
    },
    values(id, numbers) {
      const submission = submissions.get(id);
      if (!submission) return;
      follow(id, submission);
      const asked = numbers ? numbers.split(' ') : [];
      const texts = asked.map((n) => attempt(() => read(dom, submission.fields[+n])) ?? '');
      emit(FORM_INPUT.values, id, 0, join(texts));
    },
    check(id, further) {
      const submission = submissions.get(id);
      if (!submission || !further) {
        submission?.forget?.();
        return;
      }
      const { form, view, url, collect } = submission;
      collect?.();
      const there = dom.isConnected(form) && dom.view(form) === view;
      if (!there || view.location.href !== url) emit(FORM_INPUT.handled, id, 0, '');
    },
    flush() {
      for (const [id, submission] of submissions) {
        // Once more, where it has ended: meanwhile the page may have refused what is in it.
        attempt(() => end(id, submission));
        submission.collect?.();
      }
    },
    stop() {
      for (const { forget } of submissions.values()) forget?.();
    },
  };
}
