// A conversation: what is new in it, the actions, and traces that unfold.
import { Composer } from "./console_composer.js";
import { follow } from "./console_live.js";
import { part, readPage, renew } from "./console_pages.js";
import { tick } from "./console_time.js";

const NEAR_PX = 120;
const page = document.querySelector("[data-conversation]");
const path = page.dataset.path;
const composer = new Composer(page);
const refusal = page.querySelector("[data-refusal]");
const jump = page.querySelector("[data-jump]");
const title = document.title;
const log = part("log");
let atEnd = true;
let height = log.clientHeight;
let newest = Number(part("head").dataset.newest);
let refreshing = null;
let again = false;

function refresh() {
  again = refreshing !== null;
  refreshing ??= bring().finally(() => {
    refreshing = null;
    if (again) refresh();
  });
  return refreshing;
}

async function bring() {
  const fresh = await readPage(`${path}?after=${newest}`);
  if (!fresh) return;
  const entries = [...part("log", fresh).children];
  const first = Number(entries[0]?.dataset.number ?? newest + 1);
  if (first > newest + 1) {
    location.reload(); // more has happened than one page holds
    return;
  }
  append(entries);
  newest = Number(part("head", fresh).dataset.newest);
  for (const name of ["head", "actions", "about"]) renew(name, fresh);
  if (renew("composer", fresh)) composer.restore();
  tick(page);
}

function append(entries) {
  const come = entries.filter((entry) => !document.getElementById(entry.id)).map((entry) => document.importNode(entry, true));
  if (!come.length) return;
  log.append(...come);
  openElsewhere();
  if (atEnd || come.some((entry) => entry.classList.contains("agent"))) toEnd();
  else jump.hidden = false;
  if (document.hidden && come.some((entry) => entry.classList.contains("customer"))) document.title = `● ${title}`;
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
  jump.hidden = true;
}

// A link in a message leaves the console, and what is being written, where they are.
function openElsewhere() {
  for (const link of page.querySelectorAll(".words a[href]")) Object.assign(link, { target: "_blank", rel: "noopener nofollow" });
}

function refuse(sentence) {
  const box = document.createElement("p");
  box.className = "message-box bad";
  box.textContent = sentence;
  refusal.replaceChildren(...(sentence ? [box] : []));
}

// The answer to a form, or null with the sentence of the refusal shown.
async function post(action, body) {
  try {
    const answer = await fetch(action, { method: "POST", headers: { accept: "application/json" }, body });
    const told = await answer.json();
    refuse(answer.ok ? "" : (told.error?.message ?? "The server gave no answer. Try again."));
    return answer.ok ? told : null;
  } catch {
    refuse("The server cannot be reached. Check your connection and try again; what you wrote is kept.");
    return null;
  }
}

async function act(form, submitter) {
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form));
  try {
    if (submitter?.hasAttribute("data-suggest")) await composer.suggest(submitter.formAction, body, post);
    else if (form.hasAttribute("data-reply")) await composer.send(form, body, post);
    else await post(form.action, body);
  } finally {
    form.removeAttribute("aria-busy");
  }
  await refresh();
  if (form.hasAttribute("data-act") && composer.field && !form.isConnected) composer.field.focus();
}

// A trace is asked for when it is unfolded for the first time; until then its page is a link.
async function unfold(details) {
  const address = details.dataset.trace;
  delete details.dataset.trace;
  const read = await readPage(address);
  if (read) details.querySelector("[data-unfolded]").replaceChildren(document.importNode(part("trace", read), true));
  else details.dataset.trace = address;
}

page.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.target, event.submitter);
});
page.addEventListener("toggle", ({ target }) => target.open && target.dataset.trace && unfold(target), true);
jump.addEventListener("click", () => {
  toEnd();
  log.focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});

log.addEventListener("scroll", () => {
  if (log.clientHeight !== height) return; // not scrolled away from the end: the log has another height now
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  if (atEnd) jump.hidden = true;
});
// The log gets lower when the text area comes; its end stays in sight.
new ResizeObserver(() => {
  height = log.clientHeight;
  if (atEnd) toEnd();
}).observe(log);

openElsewhere();
if ("live" in page.dataset) {
  toEnd();
  composer.restore();
  const heard = {
    entry: ({ number }) => number > newest && refresh(),
    typing: ({ on }) => {
      page.querySelector("[data-typing]").hidden = !on;
    },
  };
  follow(() => `${path}/events?after=${newest}`, heard, page.querySelector("[data-connection]"));
}
