/**
 * How many tests a runner says it ran, read from the end of what it printed. Without a summary that
 * is known here there is no answer, which is not the same as none.
 */
export function countTests(output) {
  const counts = [...nodeTest(output), ...catch2(output), ...plain(output)];
  if (counts.length === 0) return undefined;
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
  }));
}

// "# pass 12" as TAP, "ℹ pass 12" in the spec reporter's form.
function nodeTest(output) {
  const number = (word) =>
    [...output.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'gm'))].map((m) => Number(m[1]));
  const [passed, failed, cancelled] = ['pass', 'fail', 'cancelled'].map(number);
  return passed.map((pass, i) => ({
    passed: pass,
    failed: (failed[i] ?? 0) + (cancelled[i] ?? 0),
  }));
}

// "All tests passed (34 assertions in 12 test cases)", "test cases: 12 | 11 passed | 1 failed".
function catch2(output) {
  const good = [...output.matchAll(/^All tests passed \(.* in (\d+) test cases?\)/gm)];
  const mixed = [...output.matchAll(/^test cases: *\d+ \|(.*)$/gm)];
  const none = [...output.matchAll(/^No tests ran|^No test cases matched/gm)];
  return [
    ...good.map((m) => ({ passed: Number(m[1]), failed: 0 })),
    ...mixed.map((m) => ({
      passed: Number(/(\d+) passed/.exec(m[1])?.[1] ?? 0),
      failed: Number(/(\d+) failed(?! as expected)/.exec(m[1])?.[1] ?? 0),
    })),
    ...none.map(() => ({ passed: 0, failed: 0 })),
  ];
}

// "120 passed, 0 failed": what our own programs print.
function plain(output) {
  return [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].map((m) => ({
    passed: Number(m[1]),
    failed: Number(m[2]),
  }));
}
