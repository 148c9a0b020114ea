// One call of the API: what is sent, what comes back, and what a refusal is.

const ROOT = new URL("v1.0/", document.baseURI.split("#")[0]);
const SECONDS = 30;

/** The API has not done what it was asked for; `kind` says why, in the page's own terms. */
export class Refusal extends Error {
  constructor(kind, { status = 0, reason = "", details = [], seconds = 0, requestId = "" } = {}) {
    super(kind);
    Object.assign(this, { kind, status, reason, details, seconds, requestId });
  }

  get isPassing() {
    return ["no_answer", "busy", "away"].includes(this.kind);
  }
}

const KINDS = {
  401: "login", 403: "forbidden", 404: "gone", 409: "conflict", 412: "changed", 413: "too_large",
  429: "busy", 503: "away",
};

function refusalOf(response, answer) {
  const { reason = "", details = [], request_id: requestId = "" } = answer?.error ?? {};
  const kind = KINDS[response.status] ?? (response.status < 500 ? "invalid" : "broken");
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  return new Refusal(kind, { status: response.status, reason, details, seconds, requestId });
}

let logInAgain = null;
/** Say what is done when a session has ended: a function whose promise is kept once there is another one. */
export const onSessionEnd = (handler) => { logInAgain = handler; };

let setUpCodes = null;
/** Say what is done when codes are demanded that the user has not. */
export const onCodesDemanded = (handler) => { setUpCodes = handler; };

/**
 * Send a request, and return {data, etag, response}. Throws Refusal, and AbortError where `signal` has ended it.
 * A session that has ended is begun again, and the request with it; `isLogin` says that there is none yet.
 */
export async function ask(method, path, { query, body, headers, signal, isLogin } = {}) {
  const url = new URL(path, ROOT);
  for (const [name, value] of Object.entries(query ?? {})) if (value) url.searchParams.set(name, value);
  const sent = { Accept: "application/json", "X-Requested-With": "ringbook", ...headers };
  const isFile = body instanceof Blob;
  if (body !== undefined && !isFile) sent["Content-Type"] = "application/json";
  const late = AbortSignal.timeout(isFile ? 3_600_000 : SECONDS * 1000);
  let response, text;
  try {
    response = await fetch(url, {
      method, headers: sent, body: isFile || body === undefined ? body : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, late]) : late, cache: "no-store",
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal("no_answer");
  }
  let data = null;
  try {
    data = JSON.parse(text);
  } catch {
    data = text;
  }
  if (response.ok) return { data, etag: response.headers.get("ETag"), response };
  const refusal = refusalOf(response, data);
  if (refusal.reason === "TOTP_REQUIRED") setUpCodes?.();
  if (refusal.kind !== "login" || isLogin || !logInAgain) throw refusal;
  await logInAgain();
  return ask(method, path, { query, body, headers, signal });
}

/** The headers of what the page asks for by itself, without a person: it does not keep the session open. */
export const byTimer = { "X-Requested-With": "ringbook-timer" };

export const get = async (path, query, signal) => (await ask("GET", path, { query, signal })).data;
export const post = async (path, body, headers) => (await ask("POST", path, { body, headers })).data;
export const put = async (path, body, headers) => (await ask("PUT", path, { body, headers })).data;
export const del = async (path, headers) => (await ask("DELETE", path, { headers })).data;

/** All pages of a list, up to `most` things. */
export async function getAll(path, query, most = 5000) {
  const found = [];
  for (let token = ""; ;) {
    const page = await get(path, { ...query, page_token: token });
    found.push(...page.result);
    token = page.next_page_token;
    if (!token || found.length >= most) return found;
  }
}

/** Remembers the Idempotency-Key of what it was given last: sent again unchanged, it is done once. */
export function onceKey() {
  let sent = "", key = "";
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== sent) {
      sent = text;
      key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    return { "Idempotency-Key": key };
  };
}
