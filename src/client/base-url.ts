// Owns checking the address of a server: what is wrong with one, in words that name the value and where it came from.

import { MissingParameterError } from './errors.ts';

/** Routes that people copy along with the address. */
const ROUTES = /\/(?:chat\/completions|completions|models|embeddings|responses|messages|tokenize|health)$/;

/**
 * The address without white space around it and slashes at its end. `source` is where the user wrote it, such as `VLLM_BASE_URL`.
 * Throws a MissingParameterError that shows the value, without credentials and query.
 */
export function checkBaseUrl(given: unknown, source?: string): string {
  const subject = source === undefined ? 'The base URL' : `The base URL (${source})`;
  const fail = (what: string): never => {
    throw new MissingParameterError('baseUrl', `${subject} ${what}`, 'invalid_parameter');
  };
  if (typeof given !== 'string')
    return fail(`is ${given === null ? 'null' : typeof given}: give a text such as ${EXAMPLE}.`);
  const baseUrl = given.trim().replace(/\/+$/, '');
  const shown = JSON.stringify(addressWithoutSecrets(baseUrl));
  if (baseUrl === '') return fail(`is empty: give an address such as ${EXAMPLE}.`);
  if (/^["'“”‘’]/.test(baseUrl)) return fail(`is ${shown}: remove the quotation marks.`);
  if (/[\s\p{Cc}]/u.test(baseUrl)) return fail(`is ${shown}: remove the white space and the control characters in it.`);
  if (!/^https?:\/\//i.test(baseUrl)) {
    const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(baseUrl);
    const remedy = isBare
      ? `write http:// or https:// before it, as in ${EXAMPLE}`
      : `it must be an http or https address such as ${EXAMPLE}`;
    return fail(`is ${shown}: ${remedy}.`);
  }
  if (!URL.canParse(baseUrl)) return fail(`is ${shown}, which is not a valid URL: it must look like ${EXAMPLE}.`);
  const { username, password, search, hash, pathname } = new URL(baseUrl);
  if (username !== '' || password !== '')
    return fail(`is ${shown} and holds credentials: use \`apiKey\` (VLLM_API_KEY) or \`headers\`.`);
  if (search !== '' || hash !== '')
    return fail(`is ${shown} with a query or a fragment: leave it out, and use \`headers\` for a key.`);
  const route = ROUTES.exec(pathname)?.[0];
  if (route !== undefined) {
    return fail(`is ${shown}, the address of one route: leave out ${route}, so that it ends in /v1.`);
  }
  return baseUrl;
}

const EXAMPLE = 'http://localhost:8000/v1';

/** An address for an error: no user, password, query or fragment, and not more than one line holds. */
export function addressWithoutSecrets(baseUrl: string): string {
  const [address = ''] = baseUrl.split(/[?#]/, 1);
  const at = address.lastIndexOf('@');
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? '';
  const open = at < 0 ? address : `${scheme}…@${address.slice(at + 1)}`;
  return open.length > MAX_SHOWN_CHARS ? `${open.slice(0, MAX_SHOWN_CHARS)}…` : open;
}

const MAX_SHOWN_CHARS = 200;
