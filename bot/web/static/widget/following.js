// The live events of a conversation across breaks: restarts, renewals, lost connections.
import { Refusal, followEvents } from "./api.js";
import { backoff, pause } from "./backoff.js";

/** @typedef {{last: number}} Reached the number of the newest entry that was taken in
 * @typedef {{event: (event: import("./stream.js").StreamEvent) => void, connected: (on: boolean) => void}} Hears */

/** Hears what happens until `signal` ends it, the conversation is no longer ours, or newer pages have taken its place.
 * @param {import("./api.js").Ticket} ticket @param {Reached} reached @param {AbortSignal} signal @param {Hears} hears
 * @returns {Promise<"ended" | "lost" | "replaced">} */
export async function follow(ticket, reached, signal, hears) {
  for (let failures = 1; ; failures += 1) {
    let [wait, heard, ending] = [0, false, ""];
    try {
      for await (const event of followEvents(ticket, reached.last, signal)) {
        if (signal.aborted) return "ended";
        hears.connected((heard = true));
        wait = event.retry ?? wait;
        if (event.name === "bye") ending = String(event.data.reason);
        hears.event(event);
      }
    } catch (error) {
      if (signal.aborted) return "ended";
      if (!(error instanceof Refusal)) throw error;
      if (error.isLost) return "lost";
      if (error.code === "unknown_number") reached.last = 0;
      wait = Math.max(wait, error.retryAfter);
    }
    if (ending === "replaced") return "replaced";
    if (heard) failures = 1;
    else if (failures > 1) hears.connected(false);
    if (await pause(backoff(failures, wait), signal)) return "ended";
  }
}
