// @ts-check
/**
 * How fields are judged, by the core that ships: it gets the facts of a form, and says by its questions which values it
 * may know. A value is then given for one field after the other; what becomes of it in the user record says what the
 * field means. Nothing is typed or submitted in the customer's page.
 */

/** @typedef {{ label: string, mark: string }} Field what the page calls it, and its `data-appizer-field` */
/** @typedef {{ text: string, method: string, label: string, fields: Field[] }} Described */
/** @typedef {Field & { judged: string }} Judged */
/** @typedef {{ form: string, watched: boolean, fields: Judged[] }} JudgedForm */

// The numbers of `FORM_INPUT` and `FORM_ENDED`.
const submits = 1;
const values = 2;
const ended = 3;
const sentAndValid = 3;

/** Values of every shape that a record takes. */
const probes = ['probe@example.com', '+49 30 1234567', 'Probe'];

/** The core and the simulated environment of this package. */
async function load() {
  const [{ AppizerWeb }, { createWorld }] = await Promise.all([
    import('../dist/index.mjs'),
    import('../dist/testing.mjs'),
  ]);
  return { AppizerWeb, createWorld };
}

/** @param {Described[]} forms @returns {Promise<JudgedForm[]>} */
export async function judgeForms(forms) {
  const { AppizerWeb, createWorld } = await load();

  /**
   * Submits the form in a simulated page. @param {Described} form @param {(field: number) => string} valueFor
   */
  const submit = (form, valueFor) => {
    const world = createWorld();
    /** @type {any} */
    let events;
    /** @type {string[] | undefined} */
    let asked;
    const client = AppizerWeb.create({
      appId: 'doctor',
      autoHook: true,
      host: {
        ...world.host,
        watch: (/** @type {number} */ _, /** @type {any} */ given) => {
          events = given;
          return () => {};
        },
        forms: {
          values(/** @type {number} */ id, /** @type {string} */ fields) {
            const numbers = fields ? fields.split(' ') : [];
            asked = numbers;
            events.form(values, id, 0, numbers.map((n) => valueFor(Number(n))).join('\0'));
          },
          check() {},
          flush() {},
        },
      },
    });
    world.advance(10);
    events?.form(submits, 1, 1, form.text);
    world.advance(1);
    events?.form(ended, 1, sentAndValid, '');
    world.advance(5000);
    const user = world.requests.find(({ url }) => url.endsWith('/v1/users'));
    const event = world.events().find(({ event_name }) => event_name === 'form_submit');
    client.shutdown();
    return {
      asked,
      names: /** @type {string[] | undefined} */ (event?.properties.field_names),
      user: user && (typeof user.body === 'string' ? JSON.parse(user.body) : user.body),
    };
  };

  return forms.map((form) => {
    const { asked = [], names } = submit(form, () => '');
    const fields = form.fields.map(({ label, mark }, number) => {
      if (!asked.includes(String(number))) {
        const known = names?.includes(label);
        return { label, mark, judged: known ? 'name only' : 'never' };
      }
      if (mark) return { label, mark, judged: `marked: ${mark}` };
      const keys = probes.flatMap((probe) => {
        const { user } = submit(form, (field) => (field === number ? probe : ''));
        const { email, phone, properties = {} } = user ?? {};
        return Object.entries({ email, phone, ...properties })
          .filter(([, value]) => value === probe)
          .map(([key]) => key);
      });
      return { label, mark, judged: keys[0] ?? 'name only' };
    });
    return { form: form.label || 'a form without a name', watched: names !== undefined, fields };
  });
}
