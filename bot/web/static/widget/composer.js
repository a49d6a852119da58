// The field that the customer writes in: Enter sends, a secret is masked before it leaves, a draft survives a reload.
import { element } from "../markdown.js";
import { mask } from "./masking.js";

/** @typedef {import("./masking.js").SecretKind} SecretKind
 * @typedef {{send: (text: string) => void, secret: (kinds: SecretKind[], isMasked: boolean) => void, typing: (on: boolean) => void}} Hears */

const DRAFT_MS = 300;
const TYPING_MS = 3000;
const COUNTED_FROM = 0.8;

export class Composer {
  #draftTimer = 0;
  #typingAt = -Infinity;
  #warned = false;
  #left = new AbortController();

  /** @param {{texts: import("./texts.js").Texts, memory: import("./storage.js").Memory, most: number, hears: Hears}} parts */
  constructor({ texts, memory, most, hears }) {
    this.texts = texts;
    this.memory = memory;
    this.most = most;
    this.hears = hears;
    this.field = element("textarea", {
      id: "question",
      rows: "1",
      autocomplete: "off",
      enterkeyhint: "send",
      dir: "auto",
      placeholder: texts.t("placeholder"),
      "aria-describedby": "question-hint question-count",
    });
    this.button = element("button", { type: "submit", class: "button strong" }, texts.t("send"));
    this.count = element("p", { id: "question-count", class: "soft count", role: "status" });
    const label = element("label", { for: "question", class: "unseen" }, texts.t("your_message"));
    const hint = element("p", { id: "question-hint", class: "soft hint" }, texts.t("hint"));
    this.form = element("form", { class: "composer" }, label, element("div", { class: "row" }, this.field, this.button), this.count, hint);
    this.#restore();
    this.#listen();
  }

  /** Another composer goes on with the draft. */
  leave() {
    this.#keepDraft();
    this.#left.abort();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Sends a text as if it had been typed; says whether it was taken.
   * @param {string} text */
  submit(text) {
    const { text: masked, kinds } = mask(text.trim());
    if (!masked) return false;
    if (kinds.length) this.hears.secret(kinds, true);
    if (lengthOf(masked) > this.most) return false;
    this.hears.send(masked);
    return true;
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("keydown", (event) => {
      // keyCode 229: a key that an input method has taken, where isComposing is over a moment too soon.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("input", (event) => this.#changed(/** @type {InputEvent} */ (event).inputType ?? ""));
    this.field.addEventListener("blur", () => this.#typing(false));
    window.addEventListener("pagehide", () => this.#keepDraft(), { signal: this.#left.signal });
  }

  #send() {
    const { value } = this.field;
    if (!value.trim()) return;
    if (!this.submit(value)) {
      this.#measure();
      this.focus();
      return;
    }
    this.#set("");
    this.#typing(false);
  }

  /** @param {string} how */
  #changed(how) {
    const isWhole = how === "insertFromPaste" || how === "insertFromDrop" || how === "insertReplacementText";
    const { text, kinds } = this.field.value.length > 12 ? mask(this.field.value) : { text: "", kinds: [] };
    if (kinds.length && isWhole) {
      this.#set(text);
      this.hears.secret(kinds, true);
    } else if (kinds.length && !this.#warned) {
      this.hears.secret(kinds, false);
    }
    this.#warned = kinds.length > 0 && !isWhole;
    this.#typing(this.field.value.trim() !== "");
    this.#measure();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = window.setTimeout(() => this.#keepDraft(), DRAFT_MS);
  }

  /** @param {string} text */
  #set(text) {
    this.field.value = text;
    this.#warned = false;
    this.#measure();
    this.#keepDraft();
  }

  #measure() {
    const length = lengthOf(this.field.value.trim());
    const isTooLong = length > this.most;
    const { number, t } = this.texts;
    const values = { count: number(length), most: number(this.most) };
    const shown = isTooLong ? t("too_long", values) : length > this.most * COUNTED_FROM ? t("counted", values) : "";
    if (this.count.textContent !== shown) this.count.textContent = shown;
    this.count.classList.toggle("failure", isTooLong);
    this.field.setAttribute("aria-invalid", String(isTooLong));
    this.button.setAttribute("aria-disabled", String(isTooLong));
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 144)}px`;
  }

  /** @param {boolean} on */
  #typing(on) {
    const now = performance.now();
    if (on === this.#typingAt > -Infinity && (!on || now - this.#typingAt < TYPING_MS)) return;
    this.#typingAt = on ? now : -Infinity;
    this.hears.typing(on);
  }

  #keepDraft() {
    clearTimeout(this.#draftTimer);
    // Not even this browser is to remember a secret.
    this.memory.write("draft", this.field.value ? mask(this.field.value).text.slice(0, 4 * this.most) : null);
  }

  #restore() {
    const draft = this.memory.read("draft");
    if (typeof draft === "string") this.field.value = draft;
    requestAnimationFrame(() => this.#measure());
  }
}

/** Characters as the server counts them: code points.
 * @param {string} text */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
