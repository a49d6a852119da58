// The log as the customer sees it: one node for each item, in the order of their numbers.
import { element } from "../markdown.js";
import { prose, replyTools } from "./replies.js";

/** @typedef {import("./texts.js").Texts} Texts
 * @typedef {import("./journal.js").Item} Item
 * @typedef {import("./replies.js").Deeds & {again: (item: Item) => void}} Deeds */

export class LogView {
  /** @type {Map<string, {node: HTMLElement, number: number, looks: string}>} */
  #shown = new Map();
  /** @type {Map<string, HTMLElement>} */
  #drafts = new Map();
  /** Where the log is going to while it scrolls. */
  #aim = 0;
  #wasAtEnd = true;

  /** @param {HTMLElement} log @param {Texts} texts @param {Deeds} deeds */
  constructor(log, texts, deeds) {
    this.log = log;
    this.texts = texts;
    this.deeds = deeds;
    for (const name of ["scrollend", "wheel", "touchmove"]) log.addEventListener(name, () => (this.#aim = 0), { passive: true });
    // What appears under the log takes its room: whoever was at its end stays there.
    let height = 0;
    log.addEventListener("scroll", () => (this.#wasAtEnd = this.#isNearEnd(24)), { passive: true });
    new ResizeObserver(() => {
      if (log.clientHeight < height && this.#wasAtEnd) log.scrollTop = log.scrollHeight;
      height = log.clientHeight;
    }).observe(log);
  }

  /** @param {Item} item */
  show(item) {
    const known = this.#shown.get(item.key);
    // What says the same stays the node that it is: a card in it may be open, a button in it have the focus.
    const looks = JSON.stringify([item.type, item.text, item.state, item.reply, item.name, item.failure?.code]);
    const node = known?.looks === looks ? known.node : this.#nodeOf(item);
    const number = item.number ?? Infinity;
    if (!node || (node === known?.node && known.number === number)) return;
    const isNear = this.#isNearEnd();
    if (known && known.number === number) known.node.replaceWith(node);
    else this.#insert(node, number, item.key);
    if (known && known.node !== node) known.node.remove();
    if (!known && (isNear || item.author === "customer")) this.#bring(node);
    this.#shown.set(item.key, { node, number, looks });
  }

  /** The reply to a message as far as it has come; nothing takes it away.
   * @param {string} id @param {string} text */
  draft(id, text) {
    const known = this.#drafts.get(id);
    if (!text) {
      known?.remove();
      this.#drafts.delete(id);
      return;
    }
    const words = prose(text, this.texts);
    if (known) known.lastElementChild?.replaceWith(words);
    else {
      const node = message("bot draft", this.texts.t("assistant"), words);
      node.setAttribute("aria-busy", "true");
      this.#drafts.set(id, node);
      this.log.append(node);
      this.#bring(node);
    }
  }

  clear() {
    for (const { node } of this.#shown.values()) node.remove();
    for (const node of this.#drafts.values()) node.remove();
    this.#shown.clear();
    this.#drafts.clear();
  }

  /** A line of the panel's own between what is said.
   * @param {string} text */
  line(text) {
    const node = element("p", { class: "line", role: "note" }, text);
    this.log.append(node);
    this.#bring(node);
  }

  /** What a screen reader is told of an item: its words without marks and buttons.
   * @param {Item} item */
  spoken(item) {
    if (item.type === "owner") return ownerLine(item, this.texts);
    const words = prose(item.text, this.texts, item.reply?.citations);
    for (const each of words.querySelectorAll(".chip, .mark")) each.remove();
    const blocks = [...words.children].map((each) => (each.textContent ?? "").trim());
    const options = item.reply?.options?.length ? [this.texts.t("choices"), item.reply.options.join("; ")] : [];
    const author = item.type === "notice" ? [] : [`${this.#author(item)}:`];
    return [...author, ...blocks, ...options].filter(Boolean).join(" ");
  }

  /** @param {Item} item @returns {HTMLElement | null} */
  #nodeOf(item) {
    if (item.type === "owner") {
      const text = ownerLine(item, this.texts);
      return text ? element("p", { class: "line" }, text) : null;
    }
    if (item.type === "notice") return element("div", { class: "message notice" }, prose(item.text, this.texts));
    if (item.author === "customer") return this.#customer(item);
    const node = message(`${item.author} ${item.reply?.kind ?? ""}`, this.#author(item), prose(item.text, this.texts, item.reply?.citations, this.deeds.read));
    if (item.reply) node.append(...replyTools(item, this.texts, this.deeds));
    return node;
  }

  /** @param {Item} item */
  #author(item) {
    if (item.author === "bot") return this.texts.t("assistant");
    return item.author === "customer" ? this.texts.t("you") : item.name || this.texts.t("a_person");
  }

  /** @param {Item} item */
  #customer(item) {
    const words = element("p", { class: "words", dir: "auto" }, item.text);
    const node = message(`customer ${item.state}`, this.texts.t("you"), words);
    if (item.state === "failed") {
      const why = element("p", { class: "failure" }, failureText(item.failure, this.texts));
      const again = element("button", { type: "button", class: "button small" }, this.texts.t("try_again"));
      again.addEventListener("click", () => this.deeds.again(item), { once: true });
      node.append(why);
      if (item.failure?.retryable || item.failure?.isAboutIdentity) node.append(element("div", { class: "buttons" }, again));
    }
    return node;
  }

  /** In its place by its number; one that is there already is not moved, which would take its focus.
   * @param {HTMLElement} node @param {number} number @param {string} key */
  #insert(node, number, key) {
    const others = [...this.#shown].filter(([name, each]) => name !== key && each.node.isConnected).map(([, each]) => each);
    const later = others.filter((each) => each.number > number).map((each) => each.node);
    const first = later.reduce((/** @type {HTMLElement | null} */ one, each) => (one && precedes(one, each) ? one : each), null);
    const draft = number === Infinity ? null : ([...this.#drafts.values()][0] ?? null);
    const isInPlace = node.isConnected && !others.some((each) => each.number > number === precedes(each.node, node));
    if (!isInPlace) this.log.insertBefore(node, first ?? draft);
  }

  #isNearEnd(most = 120) {
    return this.log.scrollHeight - (this.#aim || this.log.scrollTop) - this.log.clientHeight < most;
  }

  /** Scrolls as far as the node's beginning stays in sight.
   * @param {HTMLElement} node */
  #bring(node) {
    this.#aim = Math.max(0, Math.min(node.offsetTop - 12, this.log.scrollHeight - this.log.clientHeight));
    this.log.scrollTop = this.#aim;
    this.#wasAtEnd = this.#isNearEnd(24); // where it is scrolled to, not where it still is
  }
}

/** @param {Node} one @param {Node} other */
const precedes = (one, other) => Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);

/** @param {string} kind @param {string} author @param {...Node} children */
function message(kind, author, ...children) {
  return element("div", { class: `message ${kind}` }, element("p", { class: "author" }, element("bdi", {}, author)), ...children);
}

/** @param {Item} item @param {Texts} texts */
function ownerLine(item, texts) {
  if (item.owner === "human") return texts.t("person_joined", { name: item.name || texts.t("a_person") });
  const key = { queued: "person_called", returned: "bot_again", closed: "closed_line" }[item.owner];
  return key ? texts.t(key) : "";
}

/** @param {import("./api.js").Refusal | null} failure @param {Texts} texts */
export function failureText(failure, texts) {
  const known = { unreachable: "unreachable", message_too_long: "too_long_server", failure: "failed", unknown_site: "unknown_site" }[failure?.code ?? ""];
  if (failure?.isAboutIdentity) return texts.t("failed"); // its sentence is for whoever wrote the site
  return known ? texts.t(known) : failure?.message || texts.t("failed");
}
