// Footnote's loader, for other people's pages: it leaves one global (Footnote), changes neither their history nor their
// styles, and needs of their policy only script-src and frame-src. The server sends this file and those that it imports
// as one classic script, for `document.currentScript` and because a module from elsewhere would need CORS.
import { Widget } from "./loader/widget.js";

const CALLS = "open close toggle show hide ask identify update reset destroy on off".split(" ");

/** @type {Map<string, Widget>} the widgets of this page, by site key */
const widgets = new Map();

/** @type {any[][]} calls that came before their widget */
const early = [];

/** `Footnote("open")`; `Footnote("KEY.open")` where a page has several sites. A wrong call is a line in the console. */
function Footnote(call, ...values) {
  const dot = String(call).lastIndexOf(".");
  const verb = String(call).slice(dot + 1);
  const widget = dot < 0 ? [...widgets.values()][0] : widgets.get(call.slice(0, dot));
  try {
    if (!CALLS.includes(verb)) throw new TypeError(`There is no call ${verb}, only ${CALLS}.`);
    if (widget) widget[verb](...values);
    else early.push([call, ...values]);
  } catch (error) {
    console.error("Footnote:", error);
  }
}

/** A script of ours has run: its site's widget appears, unless it is there. @param {HTMLScriptElement} script */
Footnote.add = (script) => {
  const { site } = script.dataset;
  if (!document.body) document.addEventListener("DOMContentLoaded", () => Footnote.add(script));
  else if (!site) console.error("Footnote: the script needs data-site, the key of the site.");
  else if (!widgets.has(site)) {
    const widget = new Widget(script, widgets);
    widgets.set(site, widget);
    // Listeners that come now, with the calls from before, are told by on().
    widget.tell("ready");
    for (const call of early.splice(0)) Footnote(...call);
    if (!widgets.has(site)) return;
    widget.resume();
  }
};

const script = document.currentScript ?? document.querySelector('script[src*="/widget/v1/"][data-site]');
const before = window.Footnote;
if (before?.add) before.add(script);
else {
  window.Footnote = Footnote;
  for (const call of before?.q ?? []) Footnote(...call);
  Footnote.add(script);
}
