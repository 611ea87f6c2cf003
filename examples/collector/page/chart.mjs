// @ts-check
/**
 * The chart of events a minute: one bar for each minute of the last day, drawn as one path.
 *
 * @typedef {{ minute: number, events: number }} Minute
 */

const minutesShown = 24 * 60;
const height = 100;
const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * @param {HTMLElement} box
 */
export function createChart(box) {
  const svg = document.createElementNS(svgSpace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${minutesShown} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  const bars = svg.appendChild(document.createElementNS(svgSpace, 'path'));
  const marker = svg.appendChild(document.createElementNS(svgSpace, 'rect'));
  marker.setAttribute('height', String(height));
  marker.setAttribute('width', '2');
  marker.setAttribute('visibility', 'hidden');
  const hours = document.createElement('div');
  hours.className = 'hours';
  const caption = document.createElement('p');
  caption.className = 'caption';
  box.replaceChildren(caption, svg, hours);
  /** @type {Map<number, number>} */
  let counts = new Map();
  let first = 0;
  let summary = '';

  svg.addEventListener('pointermove', ({ clientX }) => {
    const { left, width } = svg.getBoundingClientRect();
    const minute = Math.floor(((clientX - left) / width) * minutesShown);
    marker.setAttribute('x', String(minute));
    marker.setAttribute('visibility', 'visible');
    caption.textContent = `${clock(first + minute)}: ${counted(counts.get(first + minute) ?? 0)}`;
  });
  svg.addEventListener('pointerleave', () => {
    marker.setAttribute('visibility', 'hidden');
    caption.textContent = summary;
  });

  /** @param {Minute[]} minutes @param {number} now in milliseconds */
  return (minutes, now) => {
    first = Math.floor(now / 60_000) - minutesShown + 1;
    counts = new Map(minutes.map(({ minute, events }) => [minute, events]));
    const peak = Math.max(1, ...counts.values());
    let path = '';
    let total = 0;
    for (const [minute, events] of counts) {
      if (minute < first) continue;
      total += events;
      // At least a visible trace of a single event.
      const bar = Math.max(2, (events / peak) * height);
      path += `M${minute - first} ${height}v${-bar}h1v${bar}z`;
    }
    bars.setAttribute('d', path);
    summary =
      total === 0
        ? 'No events in the last 24 hours'
        : `${counted(total)} in the last 24 hours, ${peak.toLocaleString('en')} in the busiest minute`;
    svg.setAttribute('aria-label', summary);
    if (marker.getAttribute('visibility') === 'hidden') caption.textContent = summary;
    hours.replaceChildren(
      ...[0, 6, 12, 18].map((hour) => {
        const label = document.createElement('span');
        label.textContent = clock(first + hour * 60);
        return label;
      }),
    );
  };
}

/** @param {number} count */
const counted = (count) => `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}`;

/** @param {number} minute since 1970 */
const clock = (minute) =>
  new Date(minute * 60_000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
