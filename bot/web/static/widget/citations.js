// Where an answer stands: a numbered chip behind each sentence, a card for each chip, and the list of sources.
import { element, link, renderMarkdown } from "../markdown.js";

/** @typedef {{number: number, article_id: string, title: string, heading: string, url: string, quote: string, updated_at: string | null}} Citation
 * @typedef {import("./texts.js").Texts} Texts */

let made = 0;

/** Makes the chips of one reply; only one of its cards is open at a time.
 * @param {Texts} texts @param {() => void} onRead told when an article is opened
 * @returns {(citation: Citation, number: number) => HTMLElement} */
export function chips(texts, onRead) {
  /** @type {(() => void) | null} */
  let closeOpen = null;
  return (citation, number) => {
    const chip = element("button", {
      type: "button",
      class: "chip",
      "aria-expanded": "false",
      "aria-label": texts.t("source_chip", { number: texts.number(number), title: citation.title }),
    });
    chip.append(texts.number(number));
    /** @type {HTMLElement | null} */
    let card = null;
    const close = () => {
      card?.remove();
      card = null;
      closeOpen = null;
      chip.setAttribute("aria-expanded", "false");
      chip.removeAttribute("aria-controls");
    };
    chip.addEventListener("click", () => {
      if (card) return close();
      closeOpen?.();
      card = citationCard(citation, number, texts, onRead, () => {
        close();
        chip.focus();
      });
      chip.setAttribute("aria-expanded", "true");
      chip.setAttribute("aria-controls", card.id);
      place(chip, card);
      closeOpen = close;
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    });
    return chip;
  };
}

/** Behind the paragraph, in the step, or under the table of its chip.
 * @param {Element} chip @param {HTMLElement} card */
function place(chip, card) {
  const table = chip.closest(".scroll");
  if (table) return table.after(card);
  const block = chip.closest("p, li, pre");
  if (!block) return chip.after(card);
  if (block.nodeName !== "LI") return block.after(card);
  const inner = block.querySelector(":scope > ol, :scope > ul");
  if (inner) inner.before(card);
  else block.append(card);
}

/** @param {Citation} citation @param {number} number @param {Texts} texts @param {() => void} onRead @param {() => void} onClose */
function citationCard(citation, number, texts, onRead, onClose) {
  made += 1;
  const name = texts.t("source_number", { number: texts.number(number) });
  const card = element("div", { class: "card", id: `card-${made}`, role: "group", tabindex: "-1", "aria-label": `${name}: ${citation.title}` });
  const shut = element("button", { type: "button", class: "plain icon", "aria-label": texts.t("close_source") }, "×");
  shut.addEventListener("click", onClose);
  card.append(element("div", { class: "card-head" }, element("p", { class: "card-title", dir: "auto" }, citation.title), shut));
  if (citation.heading) card.append(element("p", { class: "card-place", dir: "auto" }, citation.heading));
  card.append(element("blockquote", { class: "card-quote", dir: "auto" }, ...renderMarkdown(citation.quote)));
  if (citation.updated_at) card.append(element("p", { class: "card-date" }, updated(citation.updated_at, texts)));
  card.append(articleLink(citation, texts.t("open_passage"), texts, onRead));
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  });
  return card;
}

/** Every place that was cited, once.
 * @param {Citation[]} citations @param {Texts} texts @param {() => void} onRead */
export function sourceList(citations, texts, onRead) {
  /** @type {Map<string, Citation>} */
  const places = new Map();
  for (const citation of citations) {
    const key = `${citation.number} ${citation.heading}`;
    if (!places.has(key)) places.set(key, citation);
  }
  const dated = new Set();
  const entries = [...places.values()].map((citation) => {
    const words = `${texts.number(citation.number)}. ${[citation.title, citation.heading].filter(Boolean).join(" › ")}`;
    const entry = element("li", {}, articleLink(citation, words, texts, onRead));
    if (citation.updated_at && !dated.has(citation.number)) entry.append(element("span", { class: "soft" }, updated(citation.updated_at, texts)));
    dated.add(citation.number);
    return entry;
  });
  return element("div", { class: "sources" }, element("p", { class: "label" }, texts.t("sources")), element("ul", {}, ...entries));
}

/** @param {Citation} citation @param {string} words @param {Texts} texts @param {() => void} onRead */
function articleLink(citation, words, texts, onRead) {
  const hint = element("span", { class: "unseen" }, ` ${texts.t("new_tab")}`);
  const node = link(citation.url, { dir: "auto", class: "article" }, words, hint);
  node.addEventListener("click", onRead);
  return node;
}

/** @param {string} day @param {Texts} texts */
function updated(day, texts) {
  const [before, behind] = texts.t("updated_on").split("{day}");
  return element("span", {}, before, element("time", { datetime: day }, texts.day(day)), behind ?? "");
}
