// The page's end of what is said with the frame; protocol.js is the frame's, and has the rules of both.
import { make } from "./look.js";

const PATIENCE = 15_000;
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox";

export class Connection {
  /**
   * @param {URL} address of the frame
   * @param {() => object} hello what the frame is told first: its fields
   * @param {(message: any) => void} onMessage hears what the frame says: `type`, and fields that are not checked yet
   */
  constructor(address, hello, onMessage) {
    this.address = address;
    this.origin = address.origin;
    this.hello = hello;
    this.onMessage = onMessage;
    /** @type {[string, object][]} */
    this.unsent = [];
    this.isReady = false;
  }

  /** Make the frame. @returns {HTMLIFrameElement} */
  open() {
    // A sandbox would keep a frame of the page's own origin from nothing, and a browser warns of that.
    const more = this.origin === location.origin ? {} : { sandbox: SANDBOX };
    this.frame = make("iframe", { src: this.address, ...more });
    this.frame.addEventListener("load", () => {
      this.isReady = false;
      this.post("hello", this.hello());
    });
    setTimeout(() => this.isReady || !this.frame.isConnected || this.onMessage({ type: "silence" }), PATIENCE);
    return this.frame;
  }

  /** @param {MessageEvent} event of the window, from whomever */
  hear({ data, origin, source }) {
    if (!this.frame || source !== this.frame.contentWindow || origin !== this.origin || data?.footnote !== 1) return;
    if (data.type === "ready") {
      this.isReady = true;
      for (const [type, fields] of this.unsent.splice(0)) this.post(type, fields);
    }
    this.onMessage(data);
  }

  /** To the frame, as soon as it listens. @param {string} type */
  send(type, fields = {}) {
    if (this.isReady) this.post(type, fields);
    else this.unsent.push([type, fields]);
  }

  post(type, fields) {
    this.frame.contentWindow?.postMessage({ ...fields, footnote: 1, type }, this.origin);
  }
}
