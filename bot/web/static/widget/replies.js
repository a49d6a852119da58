// A reply of the bot's: prose with chips, choices, actions, sources, thumbs. Every text becomes a text node.
import { element, link, renderMarkdown } from "../markdown.js";
import { chips, sourceList } from "./citations.js";

/** @typedef {import("./texts.js").Texts} Texts
 * @typedef {import("./journal.js").Item} Item
 * @typedef {{choose: (text: string) => void, rate: (item: Item, rating: "up" | "down", comment?: string) => Promise<void>,
 *   ratingOf: (item: Item) => "up" | "down" | null, read: () => void}} Deeds what the customer can do with a reply */

const WARNING = /^\s*(?:⚠|warning|caution|important|danger|advertencia|atenci[oó]n|importante|警告|注意|重要|تحذير|تنبيه|مهم)/i;

/** @param {string} text @param {Texts} texts @param {any[]} [citations] @param {() => void} [onRead] */
export function prose(text, texts, citations = [], onRead = () => {}) {
  const node = element("div", { class: "prose", dir: "auto" }, ...renderMarkdown(text, citations, chips(texts, onRead)));
  for (const table of node.querySelectorAll("table")) {
    const frame = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.t("table") });
    table.replaceWith(frame);
    frame.append(table);
  }
  for (const quote of node.querySelectorAll("blockquote")) {
    if (WARNING.test(quote.textContent ?? "")) quote.classList.add("warning");
  }
  return node;
}

/** What is under the prose of a reply.
 * @param {Item} item @param {Texts} texts @param {Deeds} deeds @returns {HTMLElement[]} */
export function replyTools(item, texts, deeds) {
  const { reply } = item;
  const nodes = [];
  const actions = (reply.actions ?? []).map((/** @type {any} */ action) =>
    link(action.url, { class: "button" }, action.label, element("span", { class: "unseen" }, ` ${texts.t("new_tab")}`)),
  );
  if (actions.length) nodes.push(element("div", { class: "buttons", role: "group", "aria-label": texts.t("actions") }, ...actions));
  if (reply.options?.length) nodes.push(choices(reply.options, texts, deeds.choose));
  if (reply.citations?.length) nodes.push(sourceList(reply.citations, texts, deeds.read));
  if (reply.kind === "answer") nodes.push(thumbs(item, texts, deeds));
  return nodes;
}

/** Choices that can be taken once.
 * @param {string[]} options @param {Texts} texts @param {(text: string) => void} choose */
export function choices(options, texts, choose, label = texts.t("choices")) {
  const group = element("div", { class: "buttons choices", role: "group", "aria-label": label });
  for (const option of options) {
    const node = element("button", { type: "button", class: "button", dir: "auto" }, option);
    node.addEventListener("click", () => {
      if (group.dataset.taken) return;
      group.dataset.taken = "true";
      for (const each of group.querySelectorAll("button")) each.setAttribute("aria-disabled", "true");
      node.setAttribute("aria-pressed", "true");
      choose(option);
    });
    group.append(node);
  }
  return group;
}

const REASONS = ["reason_wrong", "reason_other_question", "reason_unclear", "reason_incomplete"];

/** @param {Item} item @param {Texts} texts @param {Deeds} deeds */
function thumbs(item, texts, deeds) {
  const box = element("div", { class: "feedback" });
  const said = element("span", { class: "soft", role: "status" });
  const buttons = { up: thumb("up", texts.t("helpful")), down: thumb("down", texts.t("not_helpful")) };
  let given = deeds.ratingOf(item);
  let sending = Promise.resolve();
  const show = (/** @type {"up" | "down" | null} */ rating) => {
    given = rating;
    for (const [name, node] of Object.entries(buttons)) node.setAttribute("aria-pressed", String(name === rating));
  };
  const send = async (/** @type {"up" | "down"} */ rating, /** @type {string} */ comment) => {
    try {
      await deeds.rate(item, rating, comment);
      said.textContent = texts.t("thanks");
      if (rating === "down" && !comment && given === "down") box.append(reasons(item, texts, (words) => give("down", words)));
    } catch {
      show(deeds.ratingOf(item));
      said.textContent = texts.t("not_saved");
    }
    if (comment) buttons.down.focus();
  };
  // The last click counts; one more on the same thumb is none.
  const give = (/** @type {"up" | "down"} */ rating, comment = "") => {
    if (rating === given && !comment) return;
    show(rating);
    box.querySelector(".reasons")?.remove();
    sending = sending.then(() => send(rating, comment));
  };
  for (const [name, node] of Object.entries(buttons)) node.addEventListener("click", () => give(/** @type {"up" | "down"} */ (name)));
  show(given);
  box.append(element("span", { class: "label" }, texts.t("was_helpful")), buttons.up, buttons.down, said);
  return box;
}

const THUMB = "M2 10h3v9H2zM7 18V10l4-8c1.5 0 2.4 1 2.2 2.4L12.6 8H17c1.3 0 2.2 1.2 1.9 2.4l-1.6 6.9A2.2 2.2 0 0 1 15.2 19H9.5C8.5 19 7.6 18.6 7 18z";
const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {string} label */
function thumb(name, label) {
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 20 20"], ["width", "18"], ["height", "18"], ["aria-hidden", "true"]]) picture.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", THUMB);
  picture.append(path);
  return element("button", { type: "button", class: `plain icon thumb ${name}`, "aria-label": label, title: label }, picture);
}

/** @param {Item} item @param {Texts} texts @param {(words: string) => void} send */
function reasons(item, texts, send) {
  const field = element("input", { type: "text", id: `why-${item.key}`, maxlength: "500", autocomplete: "off", dir: "auto" });
  const form = element("form", { class: "reasons" }, element("p", { class: "label" }, texts.t("what_was_wrong")));
  const buttons = REASONS.map((key) => {
    const node = element("button", { type: "button", class: "button small" }, texts.t(key));
    node.addEventListener("click", () => send([texts.t(key), field.value.trim()].filter(Boolean).join(": ")));
    return node;
  });
  const own = element("div", { class: "row" }, field, element("button", { type: "submit", class: "button small" }, texts.t("send")));
  form.append(element("div", { class: "buttons" }, ...buttons), element("label", { for: field.id }, texts.t("own_words")), own);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) send(field.value.trim());
  });
  return form;
}
