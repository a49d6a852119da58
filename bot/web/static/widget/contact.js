// Who answers at the moment, and how a person reaches a customer who does not stay.
import { element } from "../markdown.js";
import { Refusal } from "./api.js";
import { failureText } from "./rendering.js";

/** @typedef {import("./texts.js").Texts} Texts
 * @typedef {(told: {contact: string, note?: string}) => Promise<unknown>} Send */

/** The place under the log that says that the customer waits, with a form for an e-mail address. */
export class QueueBar {
  /** @param {Texts} texts @param {Send} send */
  constructor(texts, send) {
    this.texts = texts;
    this.send = send;
    this.node = element("section", { class: "queue", "aria-label": texts.t("queue") });
    this.node.hidden = true;
    this.words = element("p", {});
    this.opener = element("button", { type: "button", class: "button small", "aria-expanded": "false" }, texts.t("leave_address"));
    this.opener.addEventListener("click", () => this.#toggle(this.form.hidden, true));
    this.form = this.#form();
    this.form.hidden = true;
    this.node.append(element("div", { class: "row wrap" }, this.words, this.opener), this.form);
  }

  /** @param {string} owner */
  show(owner) {
    this.node.hidden = owner !== "queued";
    this.words.textContent = this.texts.t("waiting");
    if (owner !== "queued") this.#toggle(false, false);
  }

  /** The form, without being asked for: nobody has come, or nobody is there. It takes no focus from whoever is writing. */
  ask() {
    if (!this.node.hidden && !this.opener.hidden) this.#toggle(true, false);
  }

  /** @param {boolean} open @param {boolean} focus */
  #toggle(open, focus) {
    this.form.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (focus) (open ? this.form.querySelector("input") : this.opener)?.focus();
  }

  #form() {
    const { t } = this.texts;
    const field = element("input", { id: "contact", type: "email", autocomplete: "email", inputmode: "email", maxlength: "254", dir: "ltr", required: "", "aria-describedby": "contact-error" });
    const note = element("input", { id: "contact-note", type: "text", maxlength: "500", dir: "auto", autocomplete: "off" });
    const error = element("p", { id: "contact-error", class: "failure", role: "alert" });
    const form = element(
      "form",
      { class: "contact", novalidate: "" },
      element("label", { for: "contact" }, t("your_address")),
      field,
      error,
      element("label", { for: "contact-note" }, t("your_note")),
      note,
      element("button", { type: "submit", class: "button small" }, t("send_address")),
    );
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      error.textContent = "";
      try {
        await this.send({ contact: field.value.trim(), note: note.value.trim() || undefined });
        this.#toggle(false, form.contains(document.activeElement));
        this.opener.textContent = t("address_left");
      } catch (failure) {
        const refused = failure instanceof Refusal && failure.code === "contact_refused";
        error.textContent = refused ? t("no_address") : failureText(failure instanceof Refusal ? failure : null, this.texts);
        field.setAttribute("aria-invalid", "true");
        field.focus();
      } finally {
        busy = false;
      }
    });
    return form;
  }
}
