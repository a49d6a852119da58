// The chat box of the page /chat: one conversation, its messages, and the answers as they stream in.
import { readEvents } from "./events.js";
import { follow } from "./live.js";
import { element, link, renderMarkdown } from "./markdown.js";

const chat = document.querySelector("[data-site]");
const [log, pending, statusLine, starters, form] = ["log", "pending", "status", "starters", "form"].map((name) =>
  chat.querySelector(`[data-${name}]`),
);
const field = form.querySelector("textarea");
const send = form.querySelector("button");
const STAGES = { searching: "Searching the help center…", writing: "Writing the answer…" };
const AUTHORS = { answer: "Assistant", clarify: "Assistant asks back", handoff: "Passed to a person", notice: "Assistant" };
const OWNERS = {
  human: (name) => `${name ?? "A person"} has joined the conversation. The assistant is silent for now.`,
  returned: () => "The assistant answers again.",
  closed: () => "The conversation was closed. It opens again when you write.",
};
// Messages that this page has sent and whose reply it gets as the answer to them, not as news.
const asked = new Set();

let conversation = null;
let withPerson = false;
let busy = false;

class Refusal extends Error {
  constructor({ message, code = "", retryable = true }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

async function post(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(`/api/v1/conversations${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refusal({ message: "The server cannot be reached. Check your connection." });
  }
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: null }));
  // A conversation that the server no longer knows is opened anew at the next try.
  if ([401, 404].includes(response.status)) conversation = null;
  const retryable = response.status >= 500 || [401, 404, 429].includes(response.status);
  throw new Refusal({ message: "The server gave no answer.", ...error, retryable });
}

async function openConversation() {
  const context = { platform: "web", locale: document.documentElement.lang || "en", page_url: location.href };
  const response = await post("", { site_key: chat.dataset.site, context });
  const opened = await response.json();
  withPerson = false;
  follow(opened, hear, () => [null, opened].includes(conversation));
  return opened;
}

// What others do in the conversation, and what the bot answers later to what was left to a person.
function hear(name, entry) {
  if (name === "typing" && !busy) say(entry.on ? "A person is writing…" : "");
  if (name === "owner") showOwner(entry);
  if (name === "notice") show(message("notice", AUTHORS.notice, prose(entry.text)));
  if (name === "message" && entry.author === "agent") {
    if (!busy) say("");
    show(message("agent", entry.name ?? "Support", prose(entry.text)));
  }
  if (name === "message" && entry.reply && !asked.has(entry.client_message_id)) show(replyMessage(entry.reply));
}

function showOwner({ owner, agent_name: name }) {
  const line = OWNERS[owner]?.(name) ?? (withPerson ? "You wait for a person again." : "");
  withPerson = owner === "human";
  if (line) show(element("p", { class: "line" }, line));
}

// The outcome of a message; `onText` hears the text so far.
async function answer(text, id, onText) {
  asked.add(id);
  conversation ??= await openConversation();
  const { conversation_id: where, token } = conversation;
  const headers = { accept: "text/event-stream", authorization: `Bearer ${token}` };
  const response = await post(`/${encodeURIComponent(where)}/messages`, { text, client_message_id: id }, headers);
  let soFar = "";
  try {
    for await (const { name, data } of readEvents(response.body)) {
      if (name === "status") say(STAGES[data.stage] ?? "");
      if (name === "token") onText((soFar += data.t));
      if (name === "error") throw new Refusal(data);
      if (name === "done") return data;
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
  throw new Refusal({ message: "The connection was lost before the answer was complete." });
}

async function ask(text, id = newId()) {
  if (busy) return;
  setBusy(true);
  starters.hidden = true;
  say(STAGES.searching);
  const draft = element("div", { class: "prose" });
  try {
    const outcome = await answer(text, id, (soFar) => {
      if (!draft.isConnected) pending.replaceChildren(message("answer", AUTHORS.answer, draft));
      draft.replaceChildren(...renderMarkdown(soFar));
    });
    pending.replaceChildren();
    if (outcome.reply) show(replyMessage(outcome.reply));
    else asked.delete(id);
    say(outcome.reply ? "" : "Sent. A person reads this and replies here.");
  } catch (error) {
    pending.replaceChildren();
    show(failureMessage(error, text, id));
    say("");
  } finally {
    setBusy(false);
  }
}

function setBusy(now) {
  busy = now;
  pending.setAttribute("aria-busy", String(now));
  send.setAttribute("aria-disabled", String(now));
}

function say(text) {
  statusLine.textContent = text;
}

function show(node) {
  log.append(node);
  const top = node.offsetTop - log.offsetTop - 8;
  log.scrollTo({ top: Math.max(0, Math.min(top, log.scrollHeight - log.clientHeight)) });
}

function message(kind, author, ...children) {
  return element("div", { class: `message ${kind}`, dir: "auto" }, element("p", { class: "author" }, author), ...children);
}

function customerMessage(text) {
  return message("customer", "You", element("p", { class: "words" }, text));
}

function prose(text, citations = []) {
  return element("div", { class: "prose" }, ...renderMarkdown(text, citations));
}

function replyMessage(reply) {
  const node = message(reply.kind, AUTHORS[reply.kind] ?? AUTHORS.answer, prose(reply.text, reply.citations));
  const actions = reply.actions.map((action) => link(action.url, { class: "button quiet" }, action.label));
  const options = reply.options.map((option) => button(option, () => submit(option)));
  if (actions.length + options.length) node.append(element("div", { class: "buttons" }, ...actions, ...options));
  if (reply.citations.length) node.append(sources(reply.citations));
  return node;
}

// Each place once: the marks in the text lead to the single sentences.
function sources(citations) {
  const places = new Map();
  for (const citation of citations) {
    const key = `${citation.number} ${citation.heading}`;
    if (!places.has(key)) places.set(key, citation);
  }
  const items = [...places.values()].map((citation) => {
    const name = [citation.title, citation.heading].filter(Boolean).join(" › ");
    const entry = element("li", {}, link(citation.url, {}, `[${citation.number}] ${name}`));
    if (citation.updated_at) entry.append(element("span", { class: "meta" }, "updated on ", updated(citation.updated_at)));
    return entry;
  });
  return element("div", { class: "sources" }, element("h3", {}, "Sources"), element("ul", {}, ...items));
}

function updated(day) {
  const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const date = new Date(`${day}T00:00:00Z`);
  return element("time", { datetime: day }, Number.isNaN(date.getTime()) ? day : date.toLocaleDateString("en-GB", options));
}

function failureMessage(error, text, id) {
  const known = error instanceof Refusal;
  if (!known) console.error(error);
  const node = message("failure", "Not answered", element("p", {}, known ? error.message : "The answer could not be shown."));
  if (!known || error.retryable) {
    const again = button("Try again", () => {
      if (busy) return;
      field.focus();
      node.remove();
      ask(text, id);
    });
    node.append(element("div", { class: "buttons" }, again));
  }
  return node;
}

function button(label, onClick) {
  const node = element("button", { type: "button" }, label);
  node.addEventListener("click", onClick);
  return node;
}

// crypto.randomUUID exists on secure origins only; a help center may be tried out over plain HTTP.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Whether the text was taken; while an answer is being made it stays in the field.
function submit(text) {
  if (busy || !text.trim()) return false;
  show(customerMessage(text));
  field.focus({ preventScroll: true });
  ask(text);
  return true;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (submit(field.value)) field.value = "";
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
for (const starter of starters.querySelectorAll("button")) {
  starter.addEventListener("click", () => submit(starter.textContent.trim()));
}
