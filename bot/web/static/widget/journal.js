// What was said in a conversation, as the panel knows it: the server's log, and what is on its way there.

/** @typedef {{key: string, type: "message" | "notice" | "owner", number: number | null, at: string, author: string, name: string | null,
 *   text: string, reply: any, messageId: string, state: "sending" | "sent" | "failed", failure: import("./api.js").Refusal | null,
 *   owner: string, kind: string}} Item an entry of the log, or something that is on its way there */

export class Journal {
  /** @type {Map<string, Item>} */
  items = new Map();
  /** The number of the newest entry that was taken in. */
  last = 0;
  #finished = new Set();

  /** The customer's message with this id, as one that is being sent.
   * @param {string} id @param {string} text */
  sending(id, text) {
    const item = this.items.get(`customer:${id}`) ?? this.#add({ key: `customer:${id}`, text });
    return Object.assign(item, { state: "sending", failure: null });
  }

  /** The reply to the message with this id, as its sender gets it.
   * @param {string} id @param {string} messageId @param {any} reply */
  replied(id, messageId, reply) {
    const item = this.items.get(`bot:${id}`) ?? this.#add({ key: `bot:${id}`, author: "bot", messageId });
    return Object.assign(item, { reply, text: reply.text, state: "sent" });
  }

  /** Whether the message with this id has its reply: the log's events may be quicker than what its sender gets.
   * @param {string} id */
  hasReply(id) {
    return this.items.has(`bot:${id}`);
  }

  /** An entry of the server's log; null for one that was taken in before.
   * @param {any} entry @returns {Item | null} */
  take(entry) {
    if (entry.number <= this.last) return null;
    this.last = entry.number;
    const item = this.items.get(keyOf(entry)) ?? this.#add({ key: keyOf(entry), state: "sent" });
    Object.assign(item, {
      type: entry.type,
      number: entry.number,
      at: entry.at,
      author: entry.author ?? "system",
      name: entry.name ?? entry.agent_name ?? null,
      text: entry.text ?? "",
      reply: entry.reply ?? item.reply,
      messageId: entry.message_id ?? item.messageId,
      owner: entry.owner ?? "",
      kind: entry.kind ?? "",
    });
    if (item.state === "failed") Object.assign(item, { state: "sent", failure: null });
    return item;
  }

  /** Whether this is the first time that somebody else's item is finished.
   * @param {Item} item */
  finish(item) {
    const isFirst = item.author !== "customer" && !this.#finished.has(item.key);
    this.#finished.add(item.key);
    return isFirst;
  }

  /** Forgets everything but what is being sent into another conversation.
   * @param {Item} [kept] */
  clear(kept) {
    this.items = new Map(kept ? [[kept.key, Object.assign(kept, { number: null })]] : []);
    this.last = 0;
    this.#finished.clear();
  }

  /** @param {Partial<Item> & {key: string}} fields @returns {Item} */
  #add(fields) {
    /** @type {Item} */
    const item = {
      type: "message",
      number: null,
      at: "",
      author: "customer",
      name: null,
      text: "",
      reply: null,
      messageId: "",
      state: "sending",
      failure: null,
      owner: "",
      kind: "",
      ...fields,
    };
    this.items.set(item.key, item);
    return item;
  }
}

/** What tells an entry of the log from every other, also before it has a number.
 * @param {any} entry */
function keyOf(entry) {
  const isByMessage = entry.type === "message" && entry.author !== "agent" && entry.client_message_id;
  return isByMessage ? `${entry.author}:${entry.client_message_id}` : `#${entry.number}`;
}

// crypto.randomUUID exists on secure origins only; a help center may be tried out over plain HTTP.
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
