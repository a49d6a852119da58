// What opens the conversation: its id with a token. Kept for the next visit, shared by tabs, made when it is first needed.
import { asRefusal, identifyCustomer, openConversation, readTranscript } from "./api.js";
import { backoff, pause } from "./backoff.js";

/** @typedef {import("./api.js").Ticket} Ticket */

const MOST_TRIES = 5;

export class Tickets {
  /** @type {Ticket | null} */
  current = null;
  /** What the site has signed about the customer; empty of a visitor. */
  identity = "";

  /** @param {string} site the public site key @param {import("./remembered.js").Remembered} remembered */
  constructor(site, remembered) {
    this.site = site;
    this.remembered = remembered;
  }

  /** Sees to it that there is a conversation, and gives the log of one that was begun elsewhere. Two tabs that begin at
   * once share one.
   * @param {() => Record<string, unknown>} context where the customer is @returns {Promise<any[]>} */
  async open(context) {
    if (this.current) return [];
    return this.remembered.memory.alone("open", async () => {
      if (this.current) return [];
      const kept = this.remembered.ticket;
      const ticket = kept ?? (await openConversation(this.site, context(), this.identity));
      const hasLog = kept !== null || this.identity !== "";
      if (kept) this.current = ticket; // so that it is known which one is lost
      const told = hasLog ? await readTranscript(ticket) : { entries: [] };
      this.current = ticket;
      if (!kept) this.remembered.keep(ticket);
      return told.entries;
    });
  }

  /** Has what an anonymous visitor has begun be the customer's whom the site has signed for. False when it is another
   * customer's; throws a Refusal when the token is none.
   * @param {Ticket} begun */
  async adopt(begun) {
    for (let failures = 1; ; failures += 1) {
      try {
        begun.token = await identifyCustomer(begun, this.identity);
        if (this.current === begun) this.remembered.keep(begun);
        return true;
      } catch (error) {
        const refusal = asRefusal(error);
        if (refusal.code === "identity_taken" || refusal.isLost) return false;
        if (!refusal.retryable || failures >= MOST_TRIES) throw refusal;
        await pause(backoff(failures, refusal.retryAfter));
      }
    }
  }

  /** Whether the conversation has another token meanwhile, which another tab was given. */
  isRenewed() {
    const kept = this.remembered.ticket;
    if (!kept || kept.id !== this.current?.id || kept.token === this.current.token) return false;
    this.current.token = kept.token;
    return true;
  }
}
