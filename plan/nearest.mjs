/**
 * The known name that was probably meant: the one with the fewest letters to change, if they are few.
 *
 * @param {string} word @param {string[]} known
 */
export function nearest(word, known) {
  const most = Math.max(2, Math.floor(word.length / 3));
  const near = known
    .map((name) => ({ name, distance: distanceOf(word.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= most ? near.name : undefined;
}

/** The Levenshtein distance of two words. @param {string} a @param {string} b */
function distanceOf(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
