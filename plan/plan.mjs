/**
 * The tracking plan: reads `appizer.plan.json`, and judges events by it.
 *
 * An event of the plan is a JSON Schema (draft 2020-12) of its properties. Names that start with `$` are the SDK's and
 * always known, and so are the events that it records by itself.
 *
 * @typedef {import('./index.d.mts').Issue} Issue
 * @typedef {import('./index.d.mts').Plan} Plan
 * @typedef {import('./index.d.mts').SentEvent} SentEvent
 * @typedef {import('./json.mjs').Path} Path
 * @typedef {Record<string, any>} Schema
 */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { PlanError, parseJson, written } from './json.mjs';
import { nearest } from './nearest.mjs';
import { planSchema } from './schema.mjs';
import { checkSchema } from './schemas.mjs';

/** What the SDK records by itself: `AutomaticEvents` of js-glue/api/types.ts. */
export const automatic = [
  ...['page_view', 'page_leave', 'session_start', 'outbound_link_clicked', 'file_downloaded'],
  ...['form_submit', 'form_start', 'button_click'],
];

const defaultFile = 'appizer.plan.json';
/** Mistakes of a plan that one message lists. */
const mostMistakes = 10;

/** @param {string} file @returns {Plan} */
export function openPlan(file = defaultFile) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const why = code === 'ENOENT' ? 'there is no such file' : String(code);
    throw new PlanError(`The plan ${file} cannot be read: ${why}.`);
  }
  return readPlan(text, file);
}

/**
 * @param {unknown} source JSON text, or what it stands for
 * @param {string} [file] its name, for messages
 * @returns {Plan}
 */
export function readPlan(source, file = defaultFile) {
  const { value, placeOf } =
    typeof source === 'string' ? parseJson(source, file) : { value: source, placeOf: () => file };
  const mistakes = [...wrongShapes(value)];
  // Of a plan with another shape nothing more can be said.
  if (mistakes.length === 0) mistakes.push(...wrongContents(/** @type {Schema} */ (value)));
  if (mistakes.length > 0) {
    const shown = mistakes.slice(0, mostMistakes).map(({ path, message }) => {
      const where = written(path);
      return `${placeOf(path)}: ${where ? `${where} ` : 'The plan '}${message}.`;
    });
    const more = mistakes.length - shown.length;
    throw new PlanError([...shown, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n'));
  }
  return compile(/** @type {Schema} */ (value), file);
}

const createAjv = () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false, ownProperties: true });
  // The package is CommonJS, whose default export bundlers and Node see differently.
  /** @type {any} */ (formats.default ?? formats)(ajv);
  return ajv;
};

/** @type {import('ajv').ValidateFunction | undefined} */
let validatePlan;

/** @param {unknown} value @returns {Iterable<{ path: Path, message: string }>} */
function* wrongShapes(value) {
  validatePlan ??= createAjv().compile(planSchema);
  if (validatePlan(value)) return;
  const seen = new Set();
  for (const error of validatePlan.errors ?? []) {
    const path = pathOf(error.instancePath, value);
    const found = shapeMistake(error, path);
    if (!found || seen.has(written(found.path))) continue;
    seen.add(written(found.path));
    yield found;
  }
}

/** @param {import('ajv').ErrorObject} error @param {Path} path */
function shapeMistake({ keyword, params, message, parentSchema, propertyName }, path) {
  const known = Object.keys(planSchemaAt(path)?.properties ?? parentSchema?.properties ?? {});
  switch (keyword) {
    case 'additionalProperties': {
      const name = params.additionalProperty;
      return { path: [...path, name], message: `is unknown; ${meant(name, known)}` };
    }
    case 'required':
      return { path, message: `needs a field "${params.missingProperty}"` };
    case 'propertyNames':
      return undefined;
    case 'not':
      return {
        path: [...path, propertyName ?? ''],
        message: "must not be in a plan: names that start with $ are the SDK's",
      };
    case 'type':
      return { path, message: `must be of type ${[params.type].flat().join(' or ')}` };
    case 'enum':
      return { path, message: `must be one of ${params.allowedValues.join(', ')}` };
    default:
      return {
        path,
        message: propertyName === '' ? 'has a name without letters' : (message ?? ''),
      };
  }
}

/** @param {Path} path @returns {Schema | undefined} */
function planSchemaAt(path) {
  if (path.length === 0) return planSchema;
  if (path[0] === 'events' && path.length === 2) return planSchema.$defs.event;
  return path[0] === 'everyEvent' ? planSchema.properties.everyEvent : undefined;
}

/** @param {string} name @param {string[]} known */
function meant(name, known) {
  const near = nearest(name, known);
  return `${near ? `did you mean "${near}"? Known` : 'known'}: ${known.join(', ')}`;
}

/** @param {Schema} plan @returns {Iterable<{ path: Path, message: string }>} */
function* wrongContents(plan) {
  for (const [name, schema] of Object.entries(plan.$defs ?? {})) {
    yield* checkSchema(schema, ['$defs', name], plan);
  }
  /** @type {[Path, Schema][]} */
  const parts = Object.entries(plan.events).map(([name, event]) => [['events', name], event]);
  if (plan.everyEvent) parts.push([['everyEvent'], plan.everyEvent]);
  for (const [path, part] of parts) {
    const properties = part.properties ?? {};
    for (const [name, schema] of Object.entries(properties)) {
      yield* checkSchema(schema, [...path, 'properties', name], plan);
    }
    for (const [i, name] of (part.required ?? []).entries()) {
      if (Object.hasOwn({ ...properties, ...plan.everyEvent?.properties }, name)) continue;
      yield {
        path: [...path, 'required', i],
        message: `"${name}" is not one of the properties; add it to them, with a schema`,
      };
    }
    if (path[0] === 'events' && part.owner === undefined && plan.owner === undefined) {
      yield { path, message: 'needs an "owner", or the plan one for all of its events' };
    }
  }
}

/** A JSON pointer as a path. @param {string} pointer @param {unknown} value @returns {Path} */
function pathOf(pointer, value) {
  /** @type {any} */
  let at = value;
  return pointer
    .split('/')
    .slice(1)
    .map((step) => {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(at) ? Number(name) : name;
      at = at?.[key];
      return key;
    });
}

/** The schema of an event's properties, with those of every event. @param {Schema} plan @param {string} name */
export function eventSchema(plan, name) {
  const own = plan.events[name];
  const { properties = {}, required = [] } = plan.everyEvent ?? {};
  return {
    type: 'object',
    properties: { ...properties, ...own.properties },
    required: [...new Set([...required, ...(own.required ?? [])])],
    // What the SDK adds to its own events is not in the plan.
    additionalProperties: own.additionalProperties ?? automatic.includes(name),
    ...(plan.$defs ? { $defs: plan.$defs } : {}),
  };
}

/** @param {Schema} content @param {string} file @returns {Plan} */
function compile(content, file) {
  const ajv = createAjv();
  const names = Object.keys(content.events);
  /** @type {Map<string, import('ajv').ValidateFunction>} */
  const validators = new Map();
  for (const name of names) {
    try {
      validators.set(name, ajv.compile(eventSchema(content, name)));
    } catch (error) {
      // What the checks above have not found, such as a reference that leads nowhere inside of another.
      throw new PlanError(`${file}: events.${name} ${/** @type {Error} */ (error).message}.`);
    }
  }
  return { file, content: /** @type {any} */ (content), judge };

  /** @param {SentEvent} event @returns {Issue[]} */
  function judge({ event_name: event, properties = {} }) {
    const validate = validators.get(event);
    if (!validate) return automatic.includes(event) ? [] : [unknownEvent(event, names)];
    const own = Object.entries(properties).filter(([name]) => !name.startsWith('$'));
    const sent = Object.fromEntries(own);
    try {
      if (validate(sent)) return [];
    } catch (error) {
      // A schema that holds itself follows a value as deep as it goes.
      if (!(error instanceof RangeError)) throw error;
      return [tooDeep(event)];
    }
    const known = Object.keys(eventSchema(content, event).properties);
    const issues = (validate.errors ?? []).map((error) => issueOf(event, error, sent, known));
    // One mistake may break several keywords, e.g. each branch of an anyOf.
    return issues.filter(
      (one, i) => issues.findIndex(({ property }) => property === one.property) === i,
    );
  }
}

/** @param {string} event @returns {Issue} */
const tooDeep = (event) => ({
  kind: 'wrong_value',
  event,
  property: null,
  message: `The properties of "${event}" are nested too deeply to be checked`,
  cure: 'Send fewer levels.',
});

/** @param {string} event @param {string[]} names @returns {Issue} */
function unknownEvent(event, names) {
  const near = nearest(event, names);
  return {
    kind: 'unknown_event',
    event,
    property: null,
    message: `The plan has no event "${event}"`,
    cure: near
      ? `Did you mean "${near}"? Correct the name, or add the event to the plan.`
      : 'Add the event to the plan, or remove the call that records it.',
  };
}

/**
 * @param {string} event @param {import('ajv').ErrorObject} error @param {object} sent @param {string[]} known
 * @returns {Issue}
 */
function issueOf(event, { keyword, instancePath, params, message }, sent, known) {
  const at = pathOf(instancePath, sent);
  const inside = at.length > 0;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name = params.additionalProperty ?? params.unevaluatedProperty;
    const near = inside ? undefined : nearest(name, known);
    return {
      kind: 'unknown_property',
      event,
      property: written([...at, name]),
      message: `"${written([...at, name])}" is no property of "${event}" in the plan`,
      cure: near
        ? `Did you mean "${near}"? Correct the name, or add the property to the plan.`
        : 'Add the property to the plan, or do not send it.',
    };
  }
  if (keyword === 'required') {
    const property = written([...at, params.missingProperty]);
    return {
      kind: 'missing_property',
      event,
      property,
      message: `"${property}" of "${event}" is missing`,
      cure: 'Send it with every such event, or do not require it in the plan.',
    };
  }
  const property = written(at);
  const values = keyword === 'enum' ? `: ${params.allowedValues.map(quoted).join(', ')}` : '';
  const constant = keyword === 'const' ? `: ${quoted(params.allowedValue)}` : '';
  return {
    kind: 'wrong_value',
    event,
    property,
    // Never the value: it may be what a visitor typed.
    message: `"${property}" of "${event}" ${message}${values}${constant}`,
    cure: 'Send such a value, or change its schema in the plan.',
  };
}

/** @param {unknown} value */
const quoted = (value) => JSON.stringify(value);
