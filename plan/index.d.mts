/** What `appizer-web/plan` exports. The build copies this file for both module systems. */

/** An event as the server receives it. */
export interface SentEvent {
  event_name: string;
  properties?: Record<string, unknown> | undefined;
  /** Its values are stand-ins, as in a masked trace: only names are compared. */
  masked?: boolean | undefined;
}

/** One difference between an event and the plan. */
export interface Issue {
  kind: 'unknown_event' | 'unknown_property' | 'missing_property' | 'wrong_value';
  event: string;
  /** Where in the properties: `items[0].price`. `null` if it is about the event. */
  property: string | null;
  /** What is wrong. Never has a value in it: that may be what a visitor typed. */
  message: string;
  /** What to do about it. */
  cure: string;
}

/** A plan that was read without mistakes. */
export interface Plan {
  /** The name of its file. */
  file: string;
  /** As it is in the file. */
  content: {
    events: Record<string, { description: string; owner?: string; [keyword: string]: unknown }>;
    [member: string]: unknown;
  };
  /** The differences of one event; none if it is as planned, or one that the SDK records by itself. */
  judge(event: SentEvent): Issue[];
}

/** What the events of a visit differ in. */
export interface Report {
  /** How many events were compared. */
  events: number;
  /** Each difference once, with how often it was there and the number of the first event that has it, from 0. */
  issues: (Issue & { count: number; first: number })[];
  /** Events of the plan that were not among them. */
  unsent: string[];
}

/** One change between two plans. */
export interface Change {
  event: string;
  property: string | null;
  message: string;
  /** Who has to change something: those who read the data, the pages that send it, or nobody. */
  breaks: ('readers' | 'senders')[];
}

/** Reads a plan from a file; throws an error with the line and column of each mistake. */
export function openPlan(file?: string): Plan;

/** Reads a plan from its text, or from an object. */
export function readPlan(source: string | object, file?: string): Plan;

/** Compares events with a plan. */
export function checkEvents(plan: Plan, events: readonly SentEvent[]): Report;

/** The events in what a collector answered, in lines of JSON, or in bodies of requests. */
export function readEvents(text: string, file?: string): SentEvent[];

/** The same, from a file. */
export function openEvents(file: string): SentEvent[];

/** The newest events that a collector has, of all apps or of one, and how many it has in all. */
export function fetchEvents(
  address: string,
  app?: string,
): Promise<{ events: SentEvent[]; total: number }>;

/** The issues of a report as sentences, each with its cure. */
export function describe(report: Report): string[];

/** What changes from one plan to the other. */
export function diffPlans(before: Plan, after: Plan): Change[];

/** The TypeScript declarations of a plan's events, for `EventMap`. */
export function planTypes(plan: Plan): string;

/**
 * Throws an error that lists every event that is not as planned. `plan` is a file, the content of one, or a plan.
 *
 * @example
 * expectPlan(createWorld(), 'appizer.plan.json');
 */
export function expectPlan(
  world: { events(): readonly SentEvent[] },
  plan?: string | object | Plan,
): void;

/** A mistake in a plan, in a file of events, or in a call. */
export class PlanError extends Error {
  constructor(message: string);
}

/** The names of the events that the SDK records by itself. */
export const automatic: readonly string[];

/** The JSON Schema of a plan: `dist/plan.schema.json`. */
export const planSchema: object;
