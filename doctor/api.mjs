// @ts-check
/** The API as a page of the site reaches it: what its answers mean, and which header is missing where there is none. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** @typedef {{ status: number, headers: Record<string, any>, text: string, error: string }} Reply */
/** @typedef {{ status: number, type: string, text: string }} Answer */
/** @typedef {{ level: 'ok' | 'warning' | 'failure', message: string, cure?: string }} Verdict */

/** What the API of Appizer is called where `apiBase` says nothing else. */
export const defaultBase = 'https://api.appizer.com';

/**
 * A request from here, outside of the browser, that says it comes from a page of the site.
 *
 * @param {string} url @param {'OPTIONS' | 'POST'} method @param {string} origin @param {string} [body]
 * @returns {Promise<Reply>}
 */
export function send(url, method, origin, body) {
  const headers = {
    origin,
    ...(method === 'OPTIONS'
      ? {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        }
      : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve) => {
    const failed = (/** @type {any} */ error) =>
      resolve({ status: 0, headers: {}, text: '', error: error.code ?? error.message });
    const make = url.startsWith('https:') ? secure : plain;
    const request = make(
      url,
      { method, headers, timeout: 10_000, agent: false },
      async (answer) => {
        let text = '';
        try {
          for await (const part of answer) if (text.length < 2000) text += part;
        } catch {
          // What has arrived is enough.
        }
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, error: '' });
      },
    );
    request.once('error', failed);
    request.once('timeout', () => request.destroy(new Error('no answer within 10 seconds')));
    request.end(body);
  });
}

/** The message of the API's error, if it sent one. @param {string} text */
function reason(text) {
  try {
    const { message } = JSON.parse(text);
    return message ? ` (${message})` : '';
  } catch {
    return '';
  }
}

/**
 * What an answer to an empty list of events means.
 *
 * @param {{ status: number, type: string, text: string }} answer @param {string} base @param {string} origin
 * @param {string} appId
 * @returns {Verdict}
 */
export function judgeAnswer({ status, type, text }, base, origin, appId) {
  if ((status === 400 || status === 422) && type.includes('json')) {
    return {
      level: 'ok',
      message: `${base} accepts pages of ${origin} for the app ${appId}. (It was sent an empty list of events, which it has to refuse, and did.)`,
    };
  }
  if (status === 401 || status === 403) {
    return {
      level: 'failure',
      message: `${base} refuses pages of ${origin} for the app ${appId}: ${status}${reason(text)}.`,
      cure: `Add ${new URL(origin).hostname} to the app's authorized domains, or correct appId.`,
    };
  }
  if (status >= 200 && status < 300 && !type.includes('json')) {
    return {
      level: 'failure',
      message: `${base} answers every POST with a page (${status}, ${type || 'no content type'}). That is not the API, and events would count as delivered.`,
      cure: `Correct apiBase, or pass on ${base}/v1/ to the API.`,
    };
  }
  if (status >= 200 && status < 300) {
    return { level: 'ok', message: `${base} accepts pages of ${origin} for the app ${appId}.` };
  }
  if (status === 429) {
    return {
      level: 'warning',
      message: `${base} answers 429: too many requests. Whether it accepts this domain is not known.`,
      cure: 'Run the doctor again later.',
    };
  }
  if (status >= 500) {
    return {
      level: 'failure',
      message: `${base} answers ${status}${reason(text)}. Events wait in the queue until it recovers.`,
      cure: 'If it is a proxy of your own, see what its log says.',
    };
  }
  return {
    level: 'failure',
    message: `${base}/v1/events/batch answers ${status}${reason(text)}. That is not the API.`,
    cure: 'Correct apiBase: the address of the API, without /v1.',
  };
}

/**
 * Why a page gets no answer, where the site's policy is not the cause.
 *
 * @param {Reply} preflight @param {Reply} posted @param {string} base @param {string} origin
 * @returns {Verdict}
 */
export function judgeSilence(preflight, posted, base, origin) {
  if (preflight.status === 0 && posted.status === 0) {
    return {
      level: 'failure',
      message: `${base} does not answer: ${preflight.error}.`,
      cure: 'Correct apiBase, or see whether the server runs.',
    };
  }
  if (origin.startsWith('https:') && base.startsWith('http:')) {
    return {
      level: 'failure',
      message: `Browsers forbid requests from https pages to ${base}.`,
      cure: 'Serve the API with https.',
    };
  }
  const allowed = (/** @type {Reply} */ { headers }, /** @type {string} */ name) =>
    String(headers[`access-control-allow-${name}`] ?? '').toLowerCase();
  const takesOrigin = (/** @type {Reply} */ reply) =>
    ['*', origin.toLowerCase()].includes(allowed(reply, 'origin'));
  const refused = preflight.status < 200 || preflight.status >= 300;
  if (refused && [401, 403].includes(preflight.status)) {
    return {
      level: 'failure',
      message: `${base} refuses pages of ${origin}: ${preflight.status}${reason(preflight.text)}.`,
      cure: `Add ${new URL(origin).hostname} to the app's authorized domains.`,
    };
  }
  const lacking = [
    refused && `a preflight (OPTIONS) is answered with ${preflight.status} instead of 204`,
    !takesOrigin(preflight) && `the preflight lacks Access-Control-Allow-Origin: ${origin}`,
    !/\*|content-type/.test(allowed(preflight, 'headers')) &&
      'the preflight lacks Access-Control-Allow-Headers: content-type',
    !takesOrigin(posted) && `answers to POST lack Access-Control-Allow-Origin: ${origin}`,
  ].filter(Boolean);
  return {
    level: 'failure',
    message: `Pages of ${origin} may not read the answers of ${base} (CORS): ${lacking.join('; ') || 'the browser does not say why'}.`,
    cure: 'Let the server, or the proxy in front of it, send these headers; or serve the API from the domain of the site.',
  };
}
