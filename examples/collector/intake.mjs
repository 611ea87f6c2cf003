// @ts-check
/**
 * The way of a call: who calls, where a key says so -> body -> who calls, for a page -> fields ->
 * the store -> answer. Whatever goes wrong on it is thrown as a `Refusal`.
 *
 * @typedef {import('./calls.mjs').Call} Call
 * @typedef {import('./visit.mjs').Visit} Visit
 */
import { createAccess } from './access.mjs';
import { invalidRequest, tooManyRequests, unsupportedMediaType } from './answers.mjs';
import { createLimits } from './limits.mjs';
import { createJudge } from './plan.mjs';
import { readObject, requiredText } from './validate.mjs';

/**
 * @param {object} parts
 * @param {import('./config.mjs').Config} parts.config
 * @param {() => number} parts.now
 * @param {import('./store.mjs').Store} parts.store
 */
export function createIntake({ config, now, store }) {
  const access = createAccess(config);
  const limits = createLimits(config.rate_limits, now, store.quotas);
  const judge = createJudge(config.plan);

  return { access, admit, handle, countStranger, judgeStranger };

  /**
   * What the headers decide. A key is judged before the body is read: a stranger's megabyte is not
   * worth receiving.
   *
   * @param {Call} call
   * @param {Visit} visit
   * @param {import('node:http').IncomingHttpHeaders} headers
   */
  function admit(call, visit, headers) {
    const { authorization, 'content-encoding': encoding = 'identity' } = headers;
    if (authorization !== undefined) {
      count(call, visit, access.server(authorization, call.permission));
    } else if (visit.origin === null) {
      throw access.missingAuth();
    }
    if (encoding.toLowerCase() !== 'identity')
      throw unsupportedMediaType(`Content-Encoding ${encoding}`);
  }

  /**
   * @param {Call} call
   * @param {Visit} visit
   * @param {unknown} json
   * @returns {Promise<object>} the answer, once everything is stored
   */
  async function handle(call, visit, json) {
    const body = readObject(json, 'body');
    if (visit.app_id === '') {
      visit.is_page = true;
      count(call, visit, access.page(visit.origin ?? '', requiredText(body, 'app_id')));
    } else if (body.app_id !== undefined && body.app_id !== visit.app_id) {
      const issue = 'names another app than the key does';
      throw invalidRequest(`app_id ${issue}.`, { field: 'app_id', issue });
    }
    const answer = await call.plan(body, judge)(store, visit);
    visit.logged = true;
    return answer;
  }

  /** @param {Call} call @param {Visit} visit @param {import('./access.mjs').Caller} caller */
  function count(call, visit, { app_id, who }) {
    visit.app_id = app_id;
    visit.quota = limits.take(who, call.kind);
    const { exceeded, limit, retryAfter } = visit.quota;
    if (exceeded) throw tooManyRequests(limit, retryAfter);
  }

  /**
   * For a request that was refused before its sender was known. It is counted, so that its headers
   * are correct, but not refused a second time: the first reason is the useful one.
   *
   * @param {Call} call
   */
  function countStranger(call) {
    return limits.take('unknown', call.kind);
  }

  /**
   * A refusal of a request whose sender is not known. Each address has so many of them in a minute; what is
   * beyond is answered 429 and leaves no row, so that a stranger can neither fill the disk nor keep it busy.
   *
   * @param {Visit} visit
   * @param {import('./answers.mjs').Refusal} refusal
   */
  function judgeStranger(visit, refusal) {
    if (visit.app_id !== '' || refusal.status >= 500) return refusal;
    const { exceeded, limit, retryAfter } = limits.take(visit.ip, 'strangers');
    if (!exceeded) return refusal;
    visit.logged = true;
    return tooManyRequests(limit, retryAfter);
  }
}
