// Search results while one types, and a walk through them with the arrow keys. Without it the form does the same on Enter.
// The server's page is fetched as it is and its results put in place: parsed as a document of its own, in which nothing
// runs, by one template for both ways. Secrets are masked before they leave the browser; the server masks again.
import { mask } from "./widget/masking.js";

const PAUSE = 250;
const LEAST = 2;

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-search]"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
const status = /** @type {HTMLElement} */ (form.querySelector("[data-status]"));
const found = document.querySelector("[data-found]");

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {AbortController | undefined} */
let asking;
/** The words whose results stand there; null when they could not be had.
 * @type {string | null} */
let shown = field.value.trim();

/** On a phone the tabs are wider than the screen: those that are chosen are moved into sight. */
function showChosen() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = /** @type {HTMLElement} */ (tab.closest("ul"));
    const [outer, inner] = [row.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (inner.left < outer.left) row.scrollLeft -= outer.left - inner.left;
    if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right;
  }
}

function maskField() {
  const masked = mask(field.value);
  if (masked.kinds.length) field.value = masked.text;
}

function address() {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim()) fields.set(name, value.trim());
  }
  return `/help/${fields.size ? "?" : ""}${fields}`;
}

/** @param {Document} page @param {Response} response */
function show(page, response) {
  const results = page.querySelector("[data-found]");
  const problem = page.querySelector("[data-problem]");
  if (!results || !found) {
    shown = null;
    status.textContent = problem?.textContent ?? "";
    status.classList.remove("visually-hidden");
    return;
  }
  found.replaceChildren(...[...results.childNodes].map((node) => document.importNode(node, true)));
  showChosen();
  status.textContent = page.querySelector("[data-announced]")?.textContent ?? "";
  status.classList.add("visually-hidden");
  document.title = page.title;
  // The address says what the server searched: a secret that it masked is in neither.
  const { pathname, search } = new URL(response.url);
  history.replaceState(null, "", pathname + search);
  const masked = /** @type {HTMLInputElement | null} */ (page.querySelector("#q"));
  if (page.querySelector("[data-masked]") && masked && field.value.trim() === shown) field.value = masked.value;
}

async function search() {
  maskField();
  const words = field.value.trim();
  if (words === shown || (words && words.length < LEAST)) return;
  asking?.abort();
  const { signal } = (asking = new AbortController());
  shown = words;
  found?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address(), { signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!signal.aborted) show(page, response);
  } catch (error) {
    if (signal.aborted) return;
    shown = null;
    status.textContent = "The search cannot be reached. Press Enter to try again.";
    status.classList.remove("visually-hidden");
  }
  found?.setAttribute("aria-busy", "false");
}

/** @param {KeyboardEvent} event */
function walk(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
  const links = /** @type {HTMLElement[]} */ ([...(found?.querySelectorAll(".results h3 a") ?? [])]);
  const at = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (at < 0 && document.activeElement !== field) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && at >= 0) field.focus();
  else if (step && links.length && (at >= 0 || step > 0)) (links[at + step] ?? (step < 0 ? field : links[at])).focus();
  else return;
  event.preventDefault();
}

field.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!(/** @type {InputEvent} */ (event).isComposing)) timer = setTimeout(search, PAUSE);
});
field.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  asking?.abort();
  maskField();
});
document.addEventListener("keydown", walk);
showChosen();
