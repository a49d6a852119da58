// What the host page (loader.js) and the frame (panel.js) say to each other: the frame's end, and the rules of both.
//
// Every message is {footnote: 1, type, …}. It counts only if it comes from the window it must come from and from an
// origin that may speak; and it is sent to that one origin, never to "*". The loader speaks first, with "hello", once
// the frame has loaded; so the frame learns the page's origin and answers "ready".

export const VERSION = 1;

const LONGEST_TEXT = 12_000;
const LONGEST_TOKEN = 8192;
const MOST_KEPT = 50;
const LOCALE = /^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$/;

/** @param {number} most @returns {(value: unknown) => boolean} */
const text = (most) => (value) => typeof value === "string" && value.length > 0 && value.length <= most;
const isFlag = (/** @type {unknown} */ value) => value === undefined || typeof value === "boolean";
const isLocale = (/** @type {unknown} */ value) => text(35)(value) && LOCALE.test(String(value));
const isObject = (/** @type {unknown} */ value) =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * What the page may say, and what each field has to be. `hello` {locale, context} comes first, once; `open` {focus}:
 * the panel is shown, and takes the focus unless `focus` is false; `close`: it is hidden; `context` is
 * {page_url?, platform?, locale?} as in `POST /api/v1/conversations`.
 * @type {Record<string, Record<string, (value: unknown) => boolean>>}
 */
export const FROM_PAGE = {
  hello: { locale: isLocale, context: isObject },
  open: { focus: isFlag },
  close: {},
  identify: { token: text(LONGEST_TOKEN) },
  update: { context: isObject },
  ask: { text: text(LONGEST_TEXT) },
  reset: {},
  locale: { locale: isLocale },
};

/**
 * What the frame may say. `closed`: the customer has closed the panel (its button, or Escape); the page hides it and
 * gives the focus back. `unread` {count}. `event` {name}: becomes `footnote:<name>` on the host page: "message" when
 * the customer has sent one, "answer", "handoff", "citation", "error", "identity-expired".
 * The frame can neither make the page go elsewhere nor tell it what was said.
 */
export const FROM_FRAME = new Set(["ready", "opened", "closed", "unread", "event"]);

/**
 * The message of an event, if it is one of ours, well formed, from the right window and from an origin that may speak.
 * @param {{data: any, origin: string, source: unknown}} event
 * @param {{source: unknown, origins: readonly string[], known?: typeof FROM_PAGE}} expected
 * @returns {{type: string, [field: string]: any} | null}
 */
export function readMessage(event, { source, origins, known = FROM_PAGE }) {
  const { data } = event;
  if (event.source !== source || !isAllowed(event.origin, origins)) return null;
  if (!isObject(data) || data.footnote !== VERSION || !Object.hasOwn(known, data.type)) return null;
  const fields = known[data.type];
  if (!Object.keys(fields).every((name) => fields[name](data[name]))) return null;
  return Object.fromEntries([["type", data.type], ...Object.keys(fields).map((name) => [name, data[name]])]);
}

/**
 * Whether an origin is one of those listed; `https://*.example.com` stands for every name below example.com.
 * @param {string} origin @param {readonly string[]} origins
 */
export function isAllowed(origin, origins) {
  return origins.some((each) => {
    const [scheme, name] = each.split("://*.");
    if (name === undefined) return origin === each;
    return origin.startsWith(`${scheme}://`) && origin.endsWith(`.${name}`);
  });
}

/**
 * Joins the frame to the page that embeds it. Call it while the module is first run, before anything is awaited: the
 * page says hello as soon as the frame has loaded. Opened as a page of its own the frame hears and says nothing.
 * @param {readonly string[]} origins that may embed this site's frame beside its own: `data-origins` of #panel, split at spaces
 * @param {(message: {type: string, [field: string]: any}) => void} onMessage hears hello and everything after it
 * @returns {{isEmbedded: boolean, send: (type: string, fields?: object) => void}}
 */
export function connect(origins, onMessage) {
  const page = window.parent;
  const isEmbedded = page !== window;
  const welcome = [window.location.origin, ...origins];
  /** @type {string | null} */
  let origin = null;
  /** @type {object[]} */
  let kept = [];

  function send(/** @type {string} */ type, fields = {}) {
    if (!FROM_FRAME.has(type)) throw new TypeError(`The frame has no message “${type}”.`);
    if (!isEmbedded) return;
    const message = { ...fields, footnote: VERSION, type };
    if (origin !== null) page.postMessage(message, origin);
    else kept = [...kept, message].slice(-MOST_KEPT);
  }

  function hear(/** @type {MessageEvent} */ event) {
    const message = readMessage(event, { source: page, origins: origin === null ? welcome : [origin] });
    if (message === null || (message.type === "hello") !== (origin === null)) return;
    if (message.type === "hello") {
      origin = event.origin;
      send("ready");
      for (const each of kept) page.postMessage(each, origin);
      kept = [];
    }
    onMessage(message);
  }

  if (isEmbedded) window.addEventListener("message", hear);
  return { isEmbedded, send };
}
