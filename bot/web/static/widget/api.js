// The HTTP interface, version 1, as the panel uses it. Every failure is a Refusal that says whether to try again.
import { readEvents } from "./stream.js";

/** @typedef {import("./stream.js").StreamEvent} StreamEvent */
/** @typedef {{id: string, token: string}} Ticket */

const PATH = "/api/v1/conversations";
const SILENCE_MS = 45_000; // the server speaks every 15 seconds

export class Refusal extends Error {
  /** @param {string} code @param {string} message @param {{status?: number, retryable?: boolean, retryAfter?: number}} [more] */
  constructor(code, message, { status = 0, retryable = true, retryAfter = 0 } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /** Whether the conversation is no longer ours: its token has expired, or it was deleted. */
  get isLost() {
    return (this.status === 401 || this.status === 404) && !this.isAboutIdentity && this.code !== "message_not_found";
  }

  /** Whether the token by which the site says who the customer is was not taken. */
  get isAboutIdentity() {
    return this.code.startsWith("identity_");
  }
}

/** @param {unknown} error one that is none of ours is a mistake in here */
export function asRefusal(error) {
  if (error instanceof Refusal) return error;
  console.error(error);
  return new Refusal("failure", "", { retryable: false });
}

/** @param {string} path @param {{method?: string, body?: unknown, token?: string, headers?: Record<string, string>, signal?: AbortSignal}} [options] */
async function call(path, { method = "POST", body, token, headers = {}, signal } = {}) {
  let response;
  try {
    response = await fetch(PATH + path, {
      method,
      signal,
      cache: "no-store",
      credentials: "omit",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal("unreachable", "");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** @param {Response} response */
async function refusalOf(response) {
  const { error } = await response.json().catch(() => ({ error: null }));
  const retryAfter = Math.min(60, Number(response.headers.get("retry-after")) || 0) * 1000;
  return new Refusal(error?.code ?? "", error?.message ?? "", {
    status: response.status,
    retryable: response.status >= 500 || response.status === 429,
    retryAfter,
  });
}

/** @param {Response} response */
async function json(response) {
  try {
    return await response.json();
  } catch {
    throw new Refusal("unreachable", ""); // cut off
  }
}

/** @param {Ticket} ticket */
const at = (ticket) => `/${encodeURIComponent(ticket.id)}`;

/** A conversation of a customer who is known is the newest that they had.
 * @param {string} site @param {Record<string, unknown>} context @param {string} [identity] @returns {Promise<Ticket>} */
export async function openConversation(site, context, identity) {
  const body = { site_key: site, context, ...(identity ? { identity_token: identity, resume: true } : {}) };
  const { conversation_id: id, token } = await json(await call("", { body }));
  return { id, token };
}

/** Says whose an open conversation is; it has another token from then on.
 * @param {Ticket} ticket @param {string} identity @returns {Promise<string>} */
export async function identifyCustomer(ticket, identity) {
  const { token } = await json(await call(`${at(ticket)}/identity`, { body: { identity_token: identity }, token: ticket.token }));
  return token;
}

/** @param {Ticket} ticket */
export async function readTranscript(ticket) {
  return json(await call(at(ticket), { method: "GET", token: ticket.token }));
}

/** The events of one answer, up to `done`. Throws a Refusal for `error`, and for a stream that breaks off.
 * @param {Ticket} ticket @param {string} text @param {string} id @returns {AsyncGenerator<StreamEvent>} */
export async function* sendMessage(ticket, text, id) {
  const body = { text, client_message_id: id };
  const control = new AbortController();
  const response = await call(`${at(ticket)}/messages`, {
    body,
    token: ticket.token,
    headers: { accept: "text/event-stream" },
    signal: control.signal,
  });
  for await (const event of unbroken(response, control)) {
    if (event.name === "error") {
      throw new Refusal(String(event.data?.code ?? ""), String(event.data?.message ?? ""), { retryable: event.data?.retryable === true });
    }
    yield event;
    if (event.name === "done") return;
  }
  throw new Refusal("unreachable", "");
}

/** The live events behind the entry with the number `last`, until the stream ends.
 * @param {Ticket} ticket @param {number} last @param {AbortSignal} signal @returns {AsyncGenerator<StreamEvent>} */
export async function* followEvents(ticket, last, signal) {
  const control = new AbortController();
  signal.addEventListener("abort", () => control.abort(), { once: true });
  const headers = { accept: "text/event-stream", "last-event-id": String(last) };
  const response = await call(`${at(ticket)}/events`, { method: "GET", token: ticket.token, headers, signal: control.signal });
  yield* unbroken(response, control);
}

/** Events as long as bytes come: a connection that died without a word is given up.
 * @param {Response} response @param {AbortController} control @returns {AsyncGenerator<StreamEvent>} */
async function* unbroken(response, control) {
  if (!response.body) throw new Refusal("unreachable", "");
  let timer = setTimeout(() => control.abort(), SILENCE_MS);
  const heard = new TransformStream({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    yield* readEvents(response.body.pipeThrough(heard));
  } catch {
    throw new Refusal("unreachable", "");
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}

/** @param {Ticket} ticket @param {string} message @param {"up" | "down"} rating @param {string} [comment] */
export async function rate(ticket, message, rating, comment) {
  const body = { rating, ...(comment ? { comment } : {}) };
  return json(await call(`${at(ticket)}/messages/${encodeURIComponent(message)}/feedback`, { body, token: ticket.token }));
}

/** @param {Ticket} ticket @param {{contact?: string, note?: string}} [told] */
export async function callPerson(ticket, told = {}) {
  return json(await call(`${at(ticket)}/handoff`, { body: told, token: ticket.token }));
}

/** @param {Ticket} ticket @param {boolean} on */
export async function noteTyping(ticket, on) {
  await call(`${at(ticket)}/typing`, { body: { on }, token: ticket.token });
}
