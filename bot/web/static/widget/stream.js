// Server-sent events out of a fetch response (https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6).

/** @typedef {{name: string, data: any, id: string, retry: number | null}} StreamEvent */

const LONGEST = 4 * 1024 * 1024; // characters of one event: no server of ours sends more

/** Takes text in pieces cut anywhere and gives the events that are complete. Lines end at CR LF, LF or CR, at nothing else. */
export class EventParser {
  #rest = "";
  #afterCarriageReturn = false;
  #started = false;
  #name = "";
  /** @type {string[]} */
  #data = [];
  #size = 0;
  #id = "";
  /** @type {number | null} */
  #retry = null;

  /** @param {string} text @returns {StreamEvent[]} */
  feed(text) {
    let piece = text;
    if (!this.#started && piece) {
      piece = piece.replace(/^\ufeff/, "");
      this.#started = true;
    }
    // The LF of a CR LF that was cut in two is not another line.
    if (this.#afterCarriageReturn && piece) {
      piece = piece.replace(/^\n/, "");
      this.#afterCarriageReturn = false;
    }
    if (piece.endsWith("\r")) this.#afterCarriageReturn = true;
    const lines = piece.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + lines[0];
    this.#rest = /** @type {string} */ (lines.pop());
    if (this.#rest.length + this.#size > LONGEST) throw new Error("An event of the stream is too long.");
    return lines.map((line) => this.#line(line)).filter((event) => event !== null);
  }

  /** @param {string} line @returns {StreamEvent | null} */
  #line(line) {
    if (!line) return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length;
    }
    if (field === "id" && !value.includes("\0")) this.#id = value;
    if (field === "retry" && /^\d+$/.test(value)) this.#retry = Number(value);
    return null;
  }

  /** @returns {StreamEvent | null} */
  #dispatch() {
    const [name, data, retry] = [this.#name || "message", this.#data, this.#retry];
    this.#name = "";
    this.#data = [];
    this.#size = 0;
    this.#retry = null;
    if (!data.length) return retry === null ? null : { name: "retry", data: null, id: this.#id, retry };
    try {
      return { name, data: JSON.parse(data.join("\n")), id: this.#id, retry };
    } catch {
      return null; // no event of ours; what follows may be
    }
  }
}

/** The events of a response's body as they come; a `retry` alone comes as an event of that name.
 * @param {ReadableStream<Uint8Array>} body @returns {AsyncGenerator<StreamEvent>} */
export async function* readEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return; // what is not complete is dropped
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
