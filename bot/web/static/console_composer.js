// The agent's reply: its draft, which outlives the page, suggestions, and the sign that the agent writes.
const TYPING_MS = 3000;

export class Composer {
  #page;
  #path;
  #key;
  #attempt = null;
  #toldTyping = 0;

  constructor(page) {
    this.#page = page;
    this.#path = page.dataset.path;
    this.#key = `footnote-draft-${page.dataset.conversation}`;
    page.addEventListener("input", (event) => event.target === this.field && this.#changed());
    page.addEventListener("keydown", (event) => this.#sendByKey(event));
  }

  get field() {
    return this.#page.querySelector("[data-reply] textarea");
  }

  // The text area is there, for the first time or again: with what was written before.
  restore() {
    if (this.field) this.field.value ||= sessionStorage.getItem(this.#key) ?? "";
  }

  // `post` gives the answer of the server, or null when it refused.
  async send(form, body, post) {
    const text = body.get("text").trim();
    if (!text) return;
    // The same text again is the same message, whether or not the first try has arrived.
    if (this.#attempt?.text !== text) this.#attempt = { text, id: newId() };
    body.set("client_message_id", this.#attempt.id);
    if (!(await post(form.action, body))) return;
    this.#attempt = null;
    this.#toldTyping = 0;
    if (this.field?.value.trim() === text) this.field.value = "";
    this.#keep();
    this.#about("");
    this.field?.focus();
  }

  async suggest(action, body, post) {
    this.#about("Looking for an answer…");
    const suggested = await post(action, body);
    this.#about(suggested?.about ?? "");
    if (!suggested?.text || !this.field) return;
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    const lead = start && !value.slice(0, start).endsWith("\n\n") ? "\n\n" : "";
    this.field.setRangeText(lead + suggested.text, start, end, "end");
    this.field.focus();
    // One reads it from its beginning; its end is a list of long addresses.
    if (!value) this.field.scrollTop = 0;
    this.#keep();
  }

  #about(sentence) {
    const line = this.#page.querySelector("[data-about]");
    if (!line) return;
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  #keep() {
    const text = this.field?.value ?? "";
    if (text) sessionStorage.setItem(this.#key, text);
    else sessionStorage.removeItem(this.#key);
  }

  #changed() {
    this.#keep();
    if (Date.now() - this.#toldTyping < TYPING_MS || !this.field.value) return;
    this.#toldTyping = Date.now();
    fetch(`${this.#path}/typing`, { method: "POST", body: new URLSearchParams({ on: "true" }) }).catch(() => {});
  }

  #sendByKey(event) {
    if (event.target !== this.field || event.key !== "Enter" || event.isComposing) return;
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }
}

function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
