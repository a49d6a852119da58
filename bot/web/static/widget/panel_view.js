// The panel: joins the conversation, what is seen of it, and the page around the frame.
import { element } from "../markdown.js";
import { Refusal } from "./api.js";
import { Composer } from "./composer.js";
import { QueueBar } from "./contact.js";
import { Conversation } from "./conversation.js";
import { Banners, furniture } from "./frame.js";
import { LogView, failureText } from "./rendering.js";
import { choices } from "./replies.js";
import { Memory } from "./storage.js";

/** @typedef {import("./texts.js").Texts} Texts
 * @typedef {{type: string, [field: string]: any}} Message
 * @typedef {{isEmbedded: boolean, send: (type: string, fields?: object) => void}} Page */

const MOST_CHARACTERS = 8000; // the server's own default; it has the last word
const OFFLINE_MS = 1500;
const AGENT_TYPING_MS = 8000;
const ANNOUNCED_MS = 5000;

export class Panel {
  #unread = 0;
  #isShown;
  #offlineTimer = 0;
  #typingTimer = 0;
  /** @type {Record<string, unknown>} */
  #context = {};
  #left = new AbortController();

  /** @param {HTMLElement} root @param {Texts} texts @param {Page} page
   * @param {ReturnType<Panel["leave"]>} [before] what the panel before this one has left */
  constructor(root, texts, page, before) {
    const site = root.dataset.site ?? "";
    this.root = root;
    this.texts = texts;
    this.page = page;
    this.#isShown = before?.isShown ?? !page.isEmbedded;
    this.#context = before?.context ?? {};
    const memory = before?.conversation.remembered.memory ?? new Memory(site);
    this.parts = furniture(texts, root.dataset, page.isEmbedded);
    this.banners = new Banners(this.parts.banners, texts, this.parts.log);
    const listener = this.#listener();
    const context = () => this.#sentContext();
    this.conversation = before?.conversation ?? new Conversation({ site, memory, context, listener });
    Object.assign(this.conversation, { context, listener });
    this.view = new LogView(this.parts.log, texts, {
      choose: (text) => this.#ask(text),
      rate: (item, rating, comment) => this.conversation.rate(item, rating, comment),
      ratingOf: (item) => this.conversation.remembered.ratingOf(item.key),
      read: () => page.send("event", { name: "citation" }),
      again: (item) => {
        void this.conversation.send(item.text, item.key.replace("customer:", ""));
        this.composer.focus(); // the button is gone
      },
    });
    this.queue = new QueueBar(texts, (told) => this.conversation.callPerson(told));
    this.composer = new Composer({
      texts,
      memory,
      most: Number(root.dataset.limit) || MOST_CHARACTERS,
      hears: {
        send: (text) => this.#send(text),
        secret: (kinds, isMasked) => this.#warn(kinds, isMasked),
        typing: (on) => void this.conversation.noteTyping(on),
      },
    });
    this.#build();
    this.#showAll();
  }

  /** What the page around the frame says.
   * @param {Message} message */
  hear(message) {
    const { type } = message;
    if (type === "open") {
      this.#show(true);
      if (message.focus !== false) this.composer.focus();
      this.page.send("opened");
    }
    if (type === "close") this.#show(false);
    if (type === "identify") void this.conversation.identify(message.token);
    if (type === "hello" || type === "update") Object.assign(this.#context, message.context);
    if (type === "ask" && !this.composer.submit(message.text)) this.composer.focus();
    if (type === "reset") this.conversation.reset();
  }

  start() {
    void this.conversation.resume();
  }

  /** Ends this panel, so that another one, in another language, can go on with its conversation. */
  leave() {
    this.#left.abort();
    this.composer.leave();
    return { conversation: this.conversation, isShown: this.#isShown, context: this.#context };
  }

  #build() {
    const { root, parts, texts } = this;
    document.documentElement.lang = texts.language;
    document.documentElement.dir = texts.direction;
    root.replaceChildren(parts.top, parts.banners, parts.log, parts.doing, this.queue.node, this.composer.form, parts.announcer);
    this.#greet();
    parts.person.addEventListener("click", () => void this.#callPerson());
    parts.shut.addEventListener("click", () => this.#close());
    const { signal } = this.#left;
    const escape = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) this.#close();
    };
    document.addEventListener("keydown", escape, { signal });
    window.addEventListener("offline", () => this.#connected(false), { signal });
    window.addEventListener("online", () => this.#connected(true), { signal });
    if (!navigator.onLine) this.#connected(false);
  }

  #showAll() {
    const { conversation } = this;
    this.#owner(conversation.owner, conversation.agent);
    for (const item of conversation.journal.items.values()) this.#item(item);
  }

  #greet() {
    const { t } = this.texts;
    const greeting = element("div", { class: "message bot greeting" }, element("p", { class: "author" }, t("assistant")), element("p", {}, t("greeting")));
    this.parts.log.append(greeting);
    const suggestions = listOf(this.root.dataset.suggestions);
    if (!suggestions.length) return;
    this.suggestions = choices(suggestions, this.texts, (text) => this.#ask(text), t("suggestions"));
    this.suggestions.classList.add("suggestions");
    this.parts.log.append(this.suggestions);
  }

  /** @returns {import("./conversation.js").Listener} */
  #listener() {
    return {
      item: (item) => this.#item(item),
      draft: (id, text) => this.view.draft(id, text),
      stage: (stage) => this.#say(stage ? this.texts.t(stage === "writing" ? "writing" : "searching") : ""),
      owner: (owner, agent) => this.#owner(owner, agent),
      asked: () => this.queue.ask(),
      typing: (on) => this.#typing(on),
      connected: (on) => this.#connected(on && navigator.onLine),
      finished: (item) => this.#finished(item),
      cleared: (why) => this.#cleared(why),
      event: (name) => this.page.send("event", { name }),
    };
  }

  /** @param {import("./journal.js").Item} item */
  #item(item) {
    if (this.suggestions) this.suggestions.hidden = true;
    this.view.show(item);
    if (item.kind === "still_waiting") this.queue.ask();
  }

  /** A text that was chosen, not typed.
   * @param {string} text */
  #ask(text) {
    this.composer.focus();
    this.composer.submit(text);
  }

  /** @param {string} text */
  #send(text) {
    void this.conversation.send(text);
  }

  async #callPerson() {
    const { person } = this.parts;
    if (person.getAttribute("aria-disabled") === "true") return;
    person.setAttribute("aria-disabled", "true");
    try {
      const isNew = await this.conversation.callPerson();
      if (!isNew) this.banners.show("person", this.texts.t("called_already"));
    } catch (error) {
      this.banners.show("person", failureText(error instanceof Refusal ? error : null, this.texts), true);
    } finally {
      person.setAttribute("aria-disabled", "false");
    }
  }

  /** @param {string} owner @param {string | null} agent */
  #owner(owner, agent) {
    const { t } = this.texts;
    const name = agent || t("a_person");
    const focused = document.activeElement;
    const words = { queued: t("state_queued"), human: t("state_human", { name }), closed: t("state_closed") };
    this.parts.status.textContent = words[/** @type {keyof typeof words} */ (owner)] ?? t("state_bot");
    this.parts.person.hidden = owner === "human";
    if (owner !== "queued") this.banners.hide("person");
    this.root.dataset.owner = owner;
    this.queue.show(owner);
    if (document.hasFocus() && !focused?.getClientRects().length) this.composer.focus(); // what had it is hidden now
  }

  /** @param {import("./journal.js").Item} item */
  #finished(item) {
    const words = this.view.spoken(item);
    if (words) this.#announce(words);
    if (this.#isShown || item.type === "owner") return;
    this.#unread += 1;
    this.page.send("unread", { count: this.#unread });
  }

  /** @param {string} words */
  #announce(words) {
    // A line of its own each time: the same words twice are told twice, and several at once all of them.
    const line = element("span", {}, words);
    this.parts.announcer.append(line);
    setTimeout(() => line.remove(), ANNOUNCED_MS);
  }

  /** @param {"lost" | "elsewhere" | "reset"} why */
  #cleared(why) {
    this.view.clear();
    this.#say("");
    if (why === "lost") this.banners.show("lost", this.texts.t("lost"));
    if (why === "reset" && this.suggestions) {
      this.suggestions.remove();
      this.parts.log.querySelector(".greeting")?.remove();
      this.#greet();
    }
  }

  /** @param {import("./masking.js").SecretKind[]} kinds @param {boolean} isMasked */
  #warn(kinds, isMasked) {
    const { t, language } = this.texts;
    const what = new Intl.ListFormat(language).format(kinds.map((kind) => t(kind)));
    this.banners.show("secret", t(isMasked ? "secret_masked" : "secret_seen", { what }), true);
  }

  /** @param {string} words */
  #say(words) {
    this.parts.doing.textContent = words;
  }

  /** @param {boolean} on */
  #typing(on) {
    clearTimeout(this.#typingTimer);
    if (on) this.#typingTimer = window.setTimeout(() => this.#typing(false), AGENT_TYPING_MS);
    const name = this.conversation.agent || this.texts.t("a_person");
    this.#say(on ? this.texts.t("typing", { name }) : "");
  }

  /** A short break is nobody's business.
   * @param {boolean} on */
  #connected(on) {
    if (on) {
      clearTimeout(this.#offlineTimer);
      this.#offlineTimer = 0;
      this.banners.hide("offline");
    } else if (!this.#offlineTimer) {
      this.#offlineTimer = window.setTimeout(() => this.banners.show("offline", this.texts.t("offline")), OFFLINE_MS);
    }
  }

  /** @param {boolean} on */
  #show(on) {
    this.#isShown = on;
    if (!on || !this.#unread) return;
    this.#unread = 0;
    this.page.send("unread", { count: 0 });
  }

  #close() {
    if (!this.page.isEmbedded) return;
    this.#show(false);
    this.page.send("closed");
  }

  #sentContext() {
    const wanted = { locale: this.texts.language, ...this.#context };
    return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => CONTEXT.includes(name) && typeof value === "string"));
  }
}

const CONTEXT = ["platform", "locale", "page_url"];

/** @param {string | undefined} text a JSON list of texts @returns {string[]} */
function listOf(text) {
  try {
    const list = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter((each) => typeof each === "string" && each.trim()).slice(0, 6) : [];
  } catch {
    return [];
  }
}
