// The panel's furniture: header, log, bars, composer. Built once; what happens in it is panel.js's.
import { element } from "../markdown.js";

/** @typedef {import("./texts.js").Texts} Texts */

/** @param {Texts} texts @param {DOMStringMap} site `name` and `logo` of the site @param {boolean} isEmbedded */
export function furniture(texts, site, isEmbedded) {
  const { t } = texts;
  const name = site.name || t("assistant");
  const status = element("p", { class: "soft state" });
  const person = element("button", { type: "button", class: "button small person" }, t("talk_to_person"));
  const shut = element("button", { type: "button", class: "plain icon", "aria-label": t("close") }, "×");
  shut.hidden = !isEmbedded;
  const titles = element("div", { class: "titles" }, element("h1", {}, element("bdi", {}, name)), status);
  const top = element("header", { class: "top" }, sign(site, name), titles, person, shut);
  const banners = element("div", { class: "banners" });
  const log = element("div", { class: "log", role: "log", "aria-live": "off", "aria-label": t("conversation"), tabindex: "0" });
  const doing = element("p", { class: "soft doing" });
  const announcer = element("p", { class: "unseen", role: "status", "aria-live": "polite", "aria-atomic": "false" });
  return { top, status, person, shut, banners, log, doing, announcer };
}

/** @param {DOMStringMap} site @param {string} name */
function sign(site, name) {
  const isOurs = site.logo && new URL(site.logo, location.href).origin === location.origin;
  if (isOurs) return element("img", { class: "logo", src: /** @type {string} */ (site.logo), alt: "", width: "36", height: "36" });
  return element("span", { class: "logo", "aria-hidden": "true" }, [...name][0]?.toUpperCase() ?? "");
}

/** Sentences about how things stand, above the log: one of each kind. */
export class Banners {
  /** @param {HTMLElement} place @param {Texts} texts @param {HTMLElement} next has the focus when one is dismissed */
  constructor(place, texts, next) {
    this.place = place;
    this.texts = texts;
    this.next = next;
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();
  }

  /** @param {string} kind @param {string} text @param {boolean} [isUrgent] */
  show(kind, text, isUrgent = false) {
    this.hide(kind);
    const node = element("div", { class: `banner ${kind}`, role: isUrgent ? "alert" : "status" });
    const shut = element("button", { type: "button", class: "plain icon", "aria-label": this.texts.t("dismiss") }, "×");
    shut.addEventListener("click", () => {
      this.hide(kind);
      this.next.focus({ preventScroll: true });
    });
    this.place.append(node);
    node.append(element("p", {}, text), shut);
    this.shown.set(kind, node);
  }

  /** @param {string} kind */
  hide(kind) {
    this.shown.get(kind)?.remove();
    this.shown.delete(kind);
  }
}
