// One conversation with the server: sends, follows, goes on after breaks. Knows nothing of the page it is shown on.
import { Refusal, asRefusal, callPerson, noteTyping, rate, readTranscript, sendMessage } from "./api.js";
import { backoff, pause } from "./backoff.js";
import { follow } from "./following.js";
import { Journal, newId } from "./journal.js";
import { Remembered, subjectOf } from "./remembered.js";
import { Tickets } from "./tickets.js";

/** @typedef {import("./api.js").Ticket} Ticket
 * @typedef {import("./journal.js").Item} Item
 * @typedef {{item: (item: Item) => void, draft: (id: string, text: string) => void, stage: (stage: string | null) => void,
 *   owner: (owner: string, agent: string | null) => void, asked: () => void, typing: (on: boolean) => void, connected: (on: boolean) => void,
 *   finished: (item: Item) => void, cleared: (why: "lost" | "elsewhere" | "reset") => void, event: (name: string) => void}} Listener */

const MOST_TRIES = 8;
const MOST_LOSSES = 2;

export class Conversation {
  #tickets;
  #ownerNumber = 0;
  /** @type {Promise<unknown>} */
  #sending = Promise.resolve();
  #following = new AbortController();
  #isFollowing = false;
  owner = "bot";
  /** @type {string | null} */
  agent = null;
  journal = new Journal();

  /** @param {{site: string, memory: import("./storage.js").Memory, context: () => Record<string, unknown>, listener: Listener}} parts */
  constructor({ site, memory, context, listener }) {
    this.remembered = new Remembered(memory);
    this.#tickets = new Tickets(site, this.remembered);
    this.context = context;
    this.listener = listener;
    memory.listen((name) => name === "conversation" && this.#changedElsewhere());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void this.#follow());
  }

  /** Goes on with the conversation that the browser remembers, if there is one and it is this customer's. */
  async resume() {
    const ticket = this.remembered.ticket;
    if (this.#tickets.current) return;
    if (!ticket) return this.#sendPending();
    this.#tickets.current = ticket;
    for (let failures = 1; this.#tickets.current === ticket; failures += 1) {
      try {
        return this.#read(await readTranscript(ticket), ticket);
      } catch (error) {
        const refusal = asRefusal(error);
        if (this.#tickets.current !== ticket) return;
        if (refusal.isLost && !this.#tickets.isRenewed()) return this.#forget("lost");
        this.listener.connected(false);
        await pause(backoff(failures, refusal.retryAfter));
      }
    }
  }

  /** Sends a message after those that are on their way. Its id may be that of an earlier try.
   * @param {string} text masked already @param {string} [id] */
  send(text, id = newId()) {
    const item = this.journal.sending(id, text);
    this.remembered.begun({ id, text });
    this.listener.item(item);
    return (this.#sending = this.#sending.then(() => this.#deliver(item, id)));
  }

  /** Calls a person, or adds to a call how to reach the customer. False when one was called already. Throws a Refusal.
   * @param {{contact?: string, note?: string}} [told] */
  async callPerson(told = {}) {
    try {
      this.#outcome(await this.#withTicket((ticket) => callPerson(ticket, told)));
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) return false;
      throw error;
    }
  }

  /** @param {Item} item a reply @param {"up" | "down"} rating @param {string} [comment] */
  async rate(item, rating, comment) {
    this.#outcome(await this.#withTicket((ticket) => rate(ticket, item.messageId, rating, comment)));
    this.remembered.rated(item.key, rating);
  }

  /** @param {boolean} on */
  async noteTyping(on) {
    const { current } = this.#tickets;
    if (current && (this.owner === "queued" || this.owner === "human")) await noteTyping(current, on).catch(() => {});
  }

  /** Who the customer is, by a token that the site has signed. What an anonymous visitor has begun becomes theirs;
   * another customer's conversation is left.
   * @param {string} token */
  async identify(token) {
    const [who, before] = [subjectOf(token), this.remembered.who];
    const begun = before === "" ? this.#tickets.current : null;
    this.#tickets.identity = token;
    if (who === before) return;
    this.remembered.who = who;
    try {
      if (begun && !this.remembered.ticket && (await this.#tickets.adopt(begun))) return;
    } catch {
      this.#tickets.identity = this.remembered.who = ""; // a visitor still
      return this.listener.event("identity-expired");
    }
    if (this.#tickets.current) this.#clear("elsewhere");
    void this.resume();
  }

  /** Forgets the conversation and the customer; the next message begins another one. */
  reset() {
    this.#forget("reset");
    this.#tickets.identity = this.remembered.who = "";
  }

  /** @param {Item} item @param {string} id */
  async #deliver(item, id) {
    for (let failures = 0, losses = 0; ; ) {
      try {
        const outcome = await this.#answered(item, id);
        this.remembered.done(id);
        return this.#delivered(item, id, outcome);
      } catch (error) {
        const refusal = asRefusal(error);
        this.listener.stage(null);
        this.listener.draft(id, "");
        if (refusal.isLost && losses < MOST_LOSSES) {
          losses += 1;
          if (!this.#tickets.isRenewed()) this.#forget("lost", item);
          continue;
        }
        failures += 1;
        if (!refusal.retryable || failures >= MOST_TRIES) return this.#failed(item, id, refusal);
        if (refusal.code === "unreachable") this.listener.connected(false);
        await pause(backoff(failures, refusal.retryAfter));
      }
    }
  }

  /** @param {Item} item @param {string} id */
  async #answered(item, id) {
    const isBots = this.owner !== "human";
    if (isBots) this.listener.stage("searching");
    const ticket = await this.#opened();
    let text = "";
    for await (const { name, data } of sendMessage(ticket, item.text, id)) {
      this.listener.connected(true);
      if (this.#tickets.current !== ticket) throw new Refusal("elsewhere", "", { retryable: false });
      if (name === "status" && isBots) this.listener.stage(String(data.stage));
      if (name === "token" && !this.journal.hasReply(id)) this.listener.draft(id, (text += String(data.t)));
      if (name === "done") return data;
    }
    throw new Refusal("unreachable", "");
  }

  /** @param {Item} item @param {string} id @param {any} outcome */
  #delivered(item, id, outcome) {
    item.state = "sent";
    this.listener.stage(null);
    this.listener.draft(id, "");
    this.listener.item(item);
    this.listener.event("message");
    if (outcome.reply) {
      this.#said(this.journal.replied(id, outcome.message_id, outcome.reply));
      this.listener.event(outcome.reply.kind === "handoff" ? "handoff" : "answer");
    }
    if (!this.#isFollowing) this.#setOwner(outcome.owner, this.agent, this.#ownerNumber);
    if (outcome.asks_contact) this.listener.asked();
    void this.#follow();
  }

  /** @param {Item} item @param {string} id @param {Refusal} refusal */
  #failed(item, id, refusal) {
    this.remembered.done(id);
    if (refusal.code === "elsewhere") return;
    Object.assign(item, { state: "failed", failure: refusal });
    this.listener.item(item);
    this.listener.event(refusal.isAboutIdentity ? "identity-expired" : "error");
  }

  /** The conversation; a new one when there is none.
   * @returns {Promise<Ticket>} */
  async #opened() {
    for (const entry of await this.#tickets.open(this.context)) this.#take(entry, false);
    return /** @type {Ticket} */ (this.#tickets.current);
  }

  /** Does something with the conversation; with none there is one then.
   * @template T @param {(ticket: Ticket) => Promise<T>} work @returns {Promise<T>} */
  async #withTicket(work) {
    try {
      const done = await work(await this.#opened());
      void this.#follow();
      return done;
    } catch (error) {
      if (asRefusal(error).isLost && !this.#tickets.isRenewed()) this.#forget("lost");
      throw error;
    }
  }

  async #follow() {
    const ticket = this.#tickets.current;
    if (!ticket || this.#isFollowing) return;
    const { signal } = this.#following;
    this.#isFollowing = true;
    const hears = { event: this.#hear.bind(this), connected: (/** @type {boolean} */ on) => this.listener.connected(on) };
    const how = await follow(ticket, this.journal, signal, hears);
    if (signal.aborted) return;
    this.#isFollowing = false; // replaced by newer pages, it goes on when it is looked at again
    if (how !== "lost") return;
    if (this.#tickets.isRenewed()) void this.#follow();
    else this.#forget("lost");
  }

  /** @param {import("./stream.js").StreamEvent} event */
  #hear({ name, data }) {
    if (name === "typing") this.listener.typing(data.on === true);
    if (name === "message" || name === "owner" || name === "notice") this.#take(data, true);
  }

  /** @param {any} told @param {Ticket} ticket */
  #read(told, ticket) {
    if (this.#tickets.current !== ticket) return;
    for (const entry of told.entries) this.#take(entry, false);
    this.#setOwner(told.owner, this.agent, this.journal.last);
    if (told.asks_contact) this.listener.asked();
    this.listener.connected(true);
    void this.#follow();
    this.#sendPending();
  }

  /** What was on its way when the page was left, and did not arrive, is sent again under the same id. */
  #sendPending() {
    const { items } = this.journal;
    for (const { id, text } of this.remembered.pending.filter((each) => items.get(`customer:${each.id}`)?.state !== "sending")) {
      if (items.has(`customer:${id}`)) this.remembered.done(id);
      else void this.send(text, id);
    }
  }

  /** @param {any} entry @param {boolean} isLive */
  #take(entry, isLive) {
    const item = this.journal.take(entry);
    if (!item) return;
    if (item.type === "owner") this.#setOwner(item.owner, item.name, entry.number);
    if (item.author === "bot") this.listener.draft(entry.client_message_id ?? "", "");
    if (item.author === "agent") this.listener.typing(false);
    if (!isLive) this.journal.finish(item);
    this.#said(item);
  }

  /** @param {Item} item */
  #said(item) {
    this.listener.item(item);
    if (this.journal.finish(item)) this.listener.finished(item);
  }

  /** @param {{owner: string, asks_contact: boolean, entries: any[]}} outcome */
  #outcome({ entries, asks_contact }) {
    // What would leave a gap is left to the stream.
    for (const entry of entries) if (entry.number === this.journal.last + 1) this.#take(entry, true);
    if (asks_contact) this.listener.asked();
    if (entries.some((entry) => entry.owner === "queued")) this.listener.event("handoff");
  }

  /** @param {string} owner @param {string | null} agent @param {number} number */
  #setOwner(owner, agent, number) {
    if (number < this.#ownerNumber) return;
    this.#ownerNumber = number;
    this.owner = owner;
    this.agent = owner === "human" ? agent : null;
    if (owner !== "human") this.listener.typing(false);
    this.listener.owner(this.owner, this.agent);
  }

  #changedElsewhere() {
    const kept = this.remembered.ticket;
    if (kept?.id === this.#tickets.current?.id) return void this.#tickets.isRenewed();
    if (this.#tickets.current) this.#clear("elsewhere");
    if (kept) void this.#opened().catch(asRefusal).then(() => this.#follow());
  }

  /** @param {"lost" | "reset"} why @param {Item} [sending] */
  #forget(why, sending) {
    this.remembered.forget(this.#tickets.current, sending !== undefined);
    this.#clear(why, sending);
  }

  /** @param {"lost" | "elsewhere" | "reset"} why @param {Item} [sending] what stays */
  #clear(why, sending) {
    this.#following.abort();
    this.#following = new AbortController();
    [this.#isFollowing, this.#tickets.current, this.#ownerNumber] = [false, null, 0];
    this.journal.clear(sending);
    this.listener.cleared(why);
    this.#setOwner("bot", null, 0);
    if (sending) this.listener.item(sending);
  }
}
