// The script of the frame: a panel in the language of the page that embeds it.
import { Panel } from "./panel_view.js";
import { connect } from "./protocol.js";
import { loadTexts } from "./texts.js";
import { followKeyboard, useColour } from "./theme.js";

const root = /** @type {HTMLElement} */ (document.getElementById("panel"));
/** @type {import("./panel_view.js").Message[]} what the page says before the texts are there */
let waiting = [];
/** @type {Panel | null} */
let panel = null;
let turns = 0;

const page = connect((root.dataset.origins ?? "").split(" ").filter(Boolean), (message) => {
  if (message.type === "hello" || message.type === "locale") void begin(message.locale);
  if (panel) panel.hear(message);
  else waiting.push(message);
});

/** Builds the panel in a language; the conversation goes on.
 * @param {string | null} locale */
async function begin(locale) {
  const turn = (turns += 1);
  const asked = new URLSearchParams(location.search).get("locale");
  const texts = await loadTexts([locale, asked, ...navigator.languages, root.dataset.locales?.split(" ")[0]]);
  if (turn !== turns || panel?.texts.language === texts.language) return; // asked again meanwhile, or nothing new
  const isFirst = panel === null;
  panel = new Panel(root, texts, page, panel?.leave());
  const told = waiting;
  waiting = [];
  for (const message of told) panel.hear(message);
  if (isFirst) panel.start();
}

useColour(document.documentElement, root.dataset.colour ?? "");
followKeyboard(document.documentElement);
if (!page.isEmbedded) void begin(null);
// A page that embeds the frame without the loader says nothing.
else setTimeout(() => panel ?? begin(null), 3000);
