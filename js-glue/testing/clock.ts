/** Time that passes only on request. */

interface Plan {
  at: number;
  call: () => void;
}

export interface Clock {
  now(): number;
  /** Calls back after a time in milliseconds; returns what takes it back. */
  timer(delay: number, call: () => void): () => void;
  /** Calls back at the end of the running task. */
  defer(call: () => void): void;
  /** Ends the running task. */
  endTask(): void;
  /** Lets time pass, and everything happen that is due. */
  advance(millis: number): void;
  /** Whether nothing is planned. */
  isIdle(): boolean;
}

export function createClock(start: number): Clock {
  let now = start;
  let plans: Plan[] = [];
  let deferred: (() => void)[] = [];

  const endTask = () => {
    while (deferred.length) {
      const calls = deferred;
      deferred = [];
      for (const call of calls) call();
    }
  };
  return {
    now: () => now,
    timer(delay, call) {
      const plan = { at: now + delay, call };
      plans.push(plan);
      return () => {
        plans = plans.filter((other) => other !== plan);
      };
    },
    defer(call) {
      deferred.push(call);
    },
    endTask,
    advance(millis) {
      const end = now + millis;
      for (;;) {
        endTask();
        const next = plans.reduce<Plan | undefined>(
          (first, one) => (first && first.at <= one.at ? first : one),
          undefined,
        );
        if (!next || next.at > end) break;
        plans = plans.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.call();
      }
      now = end;
    },
    isIdle: () => plans.length === 0,
  };
}
