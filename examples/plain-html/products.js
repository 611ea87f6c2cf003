/** What the shop sells. The drawings stand here as markup, so that the pages load nothing else. */

const label = '#f9efe2';

/** @param {number} x @param {number} y @param {string} body @param {string} flap */
const bag = (x, y, body, flap) => `
  <path d="M${x} ${y + 12}h56l6 100a8 8 0 0 1-8 8h-52a8 8 0 0 1-8-8z" fill="${body}"/>
  <path d="M${x - 1} ${y}h58l-1 16h-56z" fill="${flap}"/>
  <rect x="${x + 8}" y="${y + 42}" width="40" height="46" rx="5" fill="${label}"/>
  <path d="M${x + 28} ${y + 52}c13 8 13 18 0 26c-13-8-13-18 0-26z" fill="${body}"/>
  <path d="M${x + 28} ${y + 55}v20" stroke="${label}" stroke-width="2.5"/>`;

/** @typedef {{ id: string, name: string, price: number, monthly?: boolean, tint: string, line: string, text: string, art: string }} Product */

/** @type {Product[]} */
export const products = [
  {
    id: 'premium_plan',
    name: 'Premium plan',
    price: 29.99,
    monthly: true,
    tint: '#f6dcc4',
    line: 'Three single-origin bags a month',
    text: 'Three bags of whatever we were most excited about at the cupping table, roasted on Monday and at your door by Thursday. Pause whenever you like.',
    art:
      bag(52, 40, '#8c4a2f', '#a9674c') +
      bag(132, 40, '#2f5d50', '#55806f') +
      bag(92, 56, '#c9743f', '#dc9463'),
  },
  {
    id: 'starter_plan',
    name: 'Starter plan',
    price: 14.99,
    monthly: true,
    tint: '#dbe8dc',
    line: 'One bag a month, to find your taste',
    text: 'One bag a month, a different farm each time, with a card that tells what you are drinking and how we would brew it.',
    art: bag(92, 48, '#2f5d50', '#55806f'),
  },
  {
    id: 'pour_over_kettle',
    name: 'Pour-over kettle',
    price: 79,
    tint: '#dfe3ee',
    line: 'A gooseneck that pours where you look',
    text: 'Steel, 900 ml, with a thermometer in the lid. It pours slowly when you want it to, and stops when you stop.',
    art: `
  <path d="M88 78h66l14 78a10 10 0 0 1-10 12H84a10 10 0 0 1-10-12z" fill="#3d4a63"/>
  <path d="M82 140c-26-4-22-34-34-52c-3-5-8-6-12-4" fill="none" stroke="#3d4a63" stroke-width="9" stroke-linecap="round"/>
  <path d="M156 88c42-6 48 46 12 56" fill="none" stroke="#8c4a2f" stroke-width="10" stroke-linecap="round"/>
  <path d="M92 78a29 12 0 0 1 58 0z" fill="#2b3549"/><circle cx="121" cy="62" r="7" fill="#8c4a2f"/>`,
  },
  {
    id: 'hand_grinder',
    name: 'Hand grinder',
    price: 64,
    tint: '#f3e6b8',
    line: 'Thirty clicks from espresso to French press',
    text: 'Steel burrs, two bearings, a walnut handle. Grinds for two cups in a minute, without waking anybody.',
    art: `
  <rect x="94" y="66" width="52" height="54" rx="7" fill="#a5672e"/>
  <rect x="98" y="116" width="44" height="56" rx="7" fill="#4b3a2a"/>
  <path d="M90 66h60l-8-14h-44z" fill="#6f4a26"/>
  <path d="M120 52v-14h50" fill="none" stroke="#4b3a2a" stroke-width="7" stroke-linecap="round"/>
  <circle cx="176" cy="34" r="10" fill="#a5672e"/>
  <path d="M104 132h32M104 144h32" stroke="#a5672e" stroke-width="3" opacity=".7"/>`,
  },
  {
    id: 'ceramic_dripper',
    name: 'Ceramic dripper',
    price: 24,
    tint: '#f2d6d3',
    line: 'One cup, two minutes, no plastic',
    text: 'Glazed stoneware that keeps its heat while the water runs through. Takes the filters that every shop has.',
    art: `
  <path d="M68 62h104l-34 58h-36z" fill="#fffaf5"/><path d="M68 62h104l-7 12h-90z" fill="#e9d9cf"/>
  <path d="M166 74c26-2 26 30-6 28" fill="none" stroke="#fffaf5" stroke-width="8" stroke-linecap="round"/>
  <rect x="80" y="120" width="80" height="9" rx="4.5" fill="#d9b9ab"/>
  <path d="M120 133c5 8 5 13 0 13s-5-5 0-13z" fill="#8c4a2f"/>
  <path d="M94 152h52v8a18 18 0 0 1-18 18h-16a18 18 0 0 1-18-18z" fill="#8c4a2f"/>`,
  },
  {
    id: 'stoneware_mug',
    name: 'Stoneware mug',
    price: 18.5,
    tint: '#d8e6ea',
    line: 'Thrown by hand, fine in the dishwasher',
    text: 'Three hundred millilitres, a thumb rest, and a glaze that comes out a little different every time.',
    art: `
  <path d="M78 82h78v62a22 22 0 0 1-22 22h-34a22 22 0 0 1-22-22z" fill="#37697a"/>
  <path d="M156 96c34-8 34 48 0 42" fill="none" stroke="#37697a" stroke-width="10"/>
  <path d="M78 82h78v20c-26 12-52-10-78 4z" fill="#254b58"/>
  <path d="M102 66c-8-10 8-14 0-26M128 66c-8-10 8-14 0-26" fill="none" stroke="#37697a" stroke-width="4" stroke-linecap="round" opacity=".45"/>`,
  },
];

/** @param {string | null} id */
export const find = (id) => products.find((product) => product.id === id);

/** Prices have two decimals, which sums of them as numbers do not always keep. @param {number} amount */
export const round = (amount) => Math.round(amount * 100) / 100;

/** @param {number} amount */
export const money = (amount) =>
  amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });

/** @param {Product} product */
export const priceOf = ({ price, monthly }) =>
  `${money(price)}${monthly ? '<small> / month</small>' : ''}`;

/** @param {Product} product */
export const drawing = ({ art, tint, name }) =>
  `<svg class="art" viewBox="0 0 240 210" role="img" aria-label="${name}" style="background:${tint}">
    <ellipse cx="120" cy="180" rx="82" ry="9" fill="#000" opacity=".08"/>${art}
  </svg>`;
