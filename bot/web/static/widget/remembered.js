// What the browser remembers of the conversation itself: where it is, whose, what is on its way, what was rated.

/** @typedef {import("./storage.js").Memory} Memory
 * @typedef {import("./api.js").Ticket} Ticket
 * @typedef {{id: string, text: string}} Pending */

export class Remembered {
  /** Whose the memory is: the subject of a signed token, or nobody's. */
  who = "";

  /** @param {Memory} memory */
  constructor(memory) {
    this.memory = memory;
  }

  /** The conversation, if there is one and it is this customer's. @returns {Ticket | null} */
  get ticket() {
    const kept = this.memory.read("conversation");
    const isOurs = typeof kept?.id === "string" && typeof kept.token === "string" && (kept.who ?? "") === this.who;
    return isOurs ? { id: kept.id, token: kept.token } : null;
  }

  /** @param {Ticket} ticket */
  keep(ticket) {
    this.memory.write("conversation", { ...ticket, who: this.who });
  }

  /** @param {Ticket | null} ticket @param {boolean} isSending whether what is on its way goes into the next one */
  forget(ticket, isSending) {
    if (this.ticket?.id !== ticket?.id) return;
    this.memory.write("conversation", null);
    this.memory.write("ratings", null);
    if (!isSending) this.memory.write("pending", null);
  }

  /** Messages that no answer has come to yet. @returns {Pending[]} */
  get pending() {
    const kept = this.memory.read("pending");
    return Array.isArray(kept) ? kept.filter((each) => typeof each?.id === "string" && typeof each.text === "string") : [];
  }

  /** @param {Pending} message */
  begun(message) {
    this.memory.write("pending", [...this.pending.filter((each) => each.id !== message.id), message]);
  }

  /** @param {string} id */
  done(id) {
    const left = this.pending.filter((each) => each.id !== id);
    this.memory.write("pending", left.length ? left : null);
  }

  /** @param {string} key @returns {"up" | "down" | null} */
  ratingOf(key) {
    return this.memory.read("ratings")?.[key] ?? null;
  }

  /** @param {string} key @param {"up" | "down"} rating */
  rated(key, rating) {
    this.memory.write("ratings", { ...this.memory.read("ratings"), [key]: rating });
  }
}

/** Whom a signed token is about, unchecked: the server checks. It only tells one customer's memory from another's.
 * @param {string} token */
export function subjectOf(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub ?? "");
  } catch {
    return token.slice(-16);
  }
}
