// One site's bubble and panel on a page. Its public methods are the calls of docs/widget.md.
import { Connection } from "./connection.js";
import { CLOSE_ICON, OPEN_ICON, PHONE, STYLE, holdPage, inkOn, make, roundButton, textsOf } from "./look.js";
import { kept, pageUrl } from "./page.js";

export class Widget {
  /**
   * @param {HTMLScriptElement} script that asks for it
   * @param {Map<string, Widget>} others of the page, by site key
   */
  constructor(script, others) {
    const { site, locale, position, color = "" } = script.dataset;
    const address = new URL(`frame?site=${encodeURIComponent(site)}`, script.src);
    this.site = site;
    this.others = others;
    this.context = { locale };
    this.position = position;
    this.colour = /^#[0-9a-f]{6}$/i.test(color) ? color : "#0b6858";
    this.key = `footnote:${site}`;
    this.unread = 0;
    this.events = new EventTarget();
    this.over = new AbortController();
    this.connection = new Connection(address, () => this.hello(), (message) => this[`on_${message.type}`]?.(message));
    this.build();
    this.watch();
  }

  build() {
    const root = (this.host = make("div", { "data-position": this.position })).attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [STYLE];
    const lift = 72 * [...this.others.values()].filter((each) => each.position === this.position).length;
    const values = { colour: this.colour, ink: inkOn(this.colour), lift: `${lift}px` };
    for (const name in values) this.host.style.setProperty(`--${name}`, values[name]);
    this.bubble = roundButton("bubble", OPEN_ICON);
    this.count = make("span", { class: "unread", "aria-hidden": "true" });
    this.status = make("span", { class: "status", role: "status" });
    this.dialog = make("dialog", {});
    this.away = roundButton("away", CLOSE_ICON);
    this.bubble.append(this.count);
    this.dialog.append(this.away);
    root.append(this.bubble, this.dialog, this.status);
    this.label();
  }

  /** What happens on the page, until the widget is destroyed. */
  watch() {
    const { signal } = this.over;
    const listen = (target, names, hear) => names.split(" ").map((name) => target?.addEventListener(name, hear, { signal }));
    listen(this.bubble, "click", () => this.toggle());
    listen(this.bubble, "pointerenter focus", () => this.load());
    listen(this.away, "click", () => this.close());
    listen(this.host, "keydown", (event) => event.key === "Escape" && this.close());
    // A phone's way back, where the panel is modal.
    listen(this.dialog, "cancel", (event) => (event.preventDefault(), this.close()));
    listen(window, "message", (event) => this.connection.hear(event));
    listen(PHONE, "change", () => this.isOpen && (this.conceal(), this.reveal()));
    listen(window.visualViewport, "resize scroll", () => this.fit());
    // A page may move without loading. It is asked at the latest when the customer turns to the frame: then it blurs.
    listen(window.navigation, "currententrychange", () => this.tellPage());
    listen(window, "blur", () => this.tellPage());
    // Other languages, and bodies that are replaced as a whole.
    const observer = new MutationObserver(() => this.attach(observer));
    observer.observe(document.documentElement, { childList: true, attributeFilter: ["lang"] });
    this.attach(observer);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  attach(observer) {
    if (!this.host.isConnected && document.body) {
      this.connection.isReady = false;
      document.body.append(this.host);
      observer.observe(document.body, { childList: true });
      if (this.isOpen) this.connection.send("open", { focus: false });
    }
    if (this.said !== this.locale) this.label();
  }

  /** As the customer left it on the page before. An open panel stays open, and takes no focus. */
  resume() {
    const idle = window.requestIdleCallback ?? setTimeout;
    if (!PHONE.matches && kept("sessionStorage", this.key)) this.open({ focus: false });
    else if (kept("localStorage", this.key)) idle(() => this.over.signal.aborted || this.load());
  }

  get locale() {
    return this.context.locale || document.documentElement.lang || navigator.language || "en";
  }

  get isOpen() {
    return this.dialog.open;
  }

  label() {
    const { locale, unread, isOpen } = this;
    const [open, close, name] = textsOf(locale);
    const told = unread ? `${name} (${unread})` : "";
    this.bubble.setAttribute("aria-label", isOpen ? close : unread ? `${open} (${unread})` : open);
    this.bubble.setAttribute("aria-expanded", isOpen);
    this.bubble.querySelector("path").setAttribute("d", isOpen ? CLOSE_ICON : OPEN_ICON);
    this.away.setAttribute("aria-label", close);
    this.dialog.setAttribute("aria-label", name);
    if (this.frame) this.frame.title = name;
    this.status.textContent = told;
    this.count.textContent = unread > 99 ? "99+" : unread;
    this.count.hidden = !unread;
    if (this.said && this.said !== locale) this.connection.send("locale", { locale });
    this.said = locale;
  }

  /** Make the frame: when the customer comes near the bubble, or it is needed. */
  load() {
    if (this.frame) return;
    this.frame = this.connection.open();
    this.dialog.append(this.frame);
    this.label();
  }

  hello() {
    this.page = pageUrl();
    return { locale: this.locale, context: { ...this.context, locale: this.locale, page_url: this.page } };
  }

  tellPage(always) {
    if (this.connection.isReady && (always || this.page !== pageUrl())) this.send("update", this.hello());
  }

  send(type, fields) {
    this.load();
    this.connection.send(type, fields);
  }

  on_ready() {
    if (this.isOpen && this.host.shadowRoot.activeElement === this.away) this.frame.focus();
    this.away.hidden = true;
  }

  on_silence() {
    console.warn(`Footnote: no answer. Is ${location.origin} an origin of ${this.site}?`);
    this.tell("error");
  }

  on_closed() {
    this.close();
  }

  on_unread({ count }) {
    if (!Number.isSafeInteger(count) || count < 0 || count === this.unread) return;
    this.unread = count;
    this.label();
    this.tell("unread", { count });
  }

  on_event({ name }) {
    if (!/^[a-z][a-z-]{0,31}$/.test(name)) return;
    kept("localStorage", this.key, "1");
    this.tell(name);
  }

  /** An event of the document, and of those who asked with `on`. */
  tell(name, more) {
    const detail = { site: this.site, ...more };
    this.events.dispatchEvent(new CustomEvent(name, { detail }));
    document.dispatchEvent(new CustomEvent(`footnote:${name}`, { detail }));
  }

  open({ focus = true } = {}) {
    if (this.isOpen) return;
    for (const each of this.others.values()) if (PHONE.matches) each.close();
    const active = this.host.shadowRoot.activeElement ?? document.activeElement;
    this.back = active === document.body ? this.bubble : active;
    this.load();
    this.reveal(focus);
    this.tellPage();
    this.send("open", { focus });
    kept("sessionStorage", this.key, "1");
    this.tell("open");
  }

  reveal(focus = true) {
    if (PHONE.matches) {
      holdPage(true);
      this.dialog.showModal();
    } else this.dialog.open = true;
    if (focus) (this.connection.isReady ? this.frame : this.away).focus();
    this.fit();
    this.label();
  }

  conceal() {
    holdPage(false);
    this.dialog.close();
    this.label();
  }

  /** On a phone the panel keeps clear of the keyboard, which shrinks what is seen of the page. */
  fit() {
    const { style } = this.dialog;
    const seen = PHONE.matches && window.visualViewport?.scale === 1 ? visualViewport : null;
    style.height = seen ? `${seen.height}px` : "";
    style.top = seen ? `${seen.offsetTop}px` : "";
  }

  close() {
    if (!this.isOpen) return;
    const hadFocus = this.host.shadowRoot.activeElement;
    this.conceal();
    if (hadFocus) (this.back?.isConnected ? this.back : this.bubble).focus();
    this.send("close");
    kept("sessionStorage", this.key, "");
    this.tell("close");
  }

  toggle() {
    this.isOpen ? this.close() : this.open();
  }

  show() {
    this.bubble.hidden = false;
  }

  hide() {
    this.close();
    this.bubble.hidden = true;
  }

  ask(text) {
    this.open();
    this.send("ask", { text: String(text) });
  }

  identify(token) {
    this.send("identify", { token: String(token) });
  }

  update(context) {
    for (const name of ["locale", "platform"]) this.context[name] = context?.[name] ?? this.context[name];
    this.label();
    this.tellPage(true);
  }

  reset() {
    this.on_unread({ count: 0 });
    this.send("reset");
    kept("localStorage", this.key, "");
  }

  on(name, listener) {
    this.events.addEventListener(name, listener);
    if (name === "ready") listener(new CustomEvent(name, { detail: { site: this.site } }));
  }

  off(name, listener) {
    this.events.removeEventListener(name, listener);
  }

  destroy() {
    this.close();
    this.over.abort();
    this.host.remove();
    this.others.delete(this.site);
  }
}
