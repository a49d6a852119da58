// What the loader draws: a bubble and the box of the panel, in a shadow root, styled without any inline style.

export const PHONE = matchMedia("(max-width: 480px), (max-height: 420px)");

/** For each language: open, close, the panel's name. */
const TEXTS = {
  en: ["Open chat", "Close chat", "Chat"],
  es: ["Abrir el chat", "Cerrar el chat", "Chat"],
  zh: ["打开聊天", "关闭聊天", "聊天"],
  ar: ["فتح المحادثة", "إغلاق المحادثة", "المحادثة"],
};

export const OPEN_ICON = "M4 5h16v11H11l-5 4v-4H4z M8 9h8 M8 12h5";
export const CLOSE_ICON = "M6 6l12 12 M18 6L6 18";

/** A style sheet that no policy against inline styles concerns. @param {string} text */
function sheetOf(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

export const STYLE = sheetOf(`
:host { all: initial !important; position: fixed !important; z-index: 2147483000 !important; inset-inline: auto 20px !important; bottom: calc(20px + env(safe-area-inset-bottom) + var(--lift)) !important; color-scheme: light dark !important; }
:host([data-position=left]) { direction: rtl !important; }
:host([data-position=right]) { direction: ltr !important; }
[hidden] { display: none !important; }
button { position: relative; width: 56px; height: 56px; padding: 0; border: 2px solid transparent; border-radius: 50%; cursor: pointer; color: var(--ink); background: var(--colour); box-shadow: 0 2px 10px #0005; }
button:focus-visible { outline: 3px solid var(--colour); outline-offset: 3px; box-shadow: 0 0 0 3px Canvas; }
svg { display: block; width: 28px; margin: auto; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.unread { position: absolute; top: -6px; right: -6px; min-width: 20px; padding: 0 5px; border-radius: 10px; background: #b3261e; color: #fff; font: 13px/20px system-ui; }
.status { position: absolute; clip-path: inset(50%); }
dialog { position: absolute; box-sizing: border-box; inset-inline: auto 0; bottom: 68px; width: 400px; height: 680px; max-width: calc(100vw - 40px); max-height: calc(100dvh - 108px - var(--lift)); padding: 0; border: 1px solid #8886; border-radius: 16px; overflow: hidden; background: Canvas; box-shadow: 0 2px 10px #0005; }
iframe { width: 100%; height: 100%; border: 0; }
.away { position: absolute; top: 8px; right: 8px; width: 44px; height: 44px; }
@media ${PHONE.media} {
  dialog { position: fixed; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; border: 0; border-radius: 0; padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); }
}
@media print { :host { display: none !important; } }`);

const UNMOVED = sheetOf("html { overflow: hidden !important }");

/** Whether the page itself stays where it is. @param {boolean} on */
export function holdPage(on) {
  const others = document.adoptedStyleSheets.filter((each) => each !== UNMOVED);
  document.adoptedStyleSheets = on ? [...others, UNMOVED] : others;
}

/** @param {string} locale */
export function textsOf(locale) {
  return TEXTS[locale.slice(0, 2).toLowerCase()] ?? TEXTS.en;
}

/** An element with attributes. @param {string} tag @param {Record<string, string>} attributes @returns {any} */
export function make(tag, attributes, namespace = "http://www.w3.org/1999/xhtml") {
  const node = document.createElementNS(namespace, tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  return node;
}

/** A round button with an icon. @param {string} name its class */
export function roundButton(name, path) {
  const [button, space] = [make("button", { type: "button", class: name }), "http://www.w3.org/2000/svg"];
  const svg = make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, space);
  svg.append(make("path", { d: path }, space));
  button.append(svg);
  return button;
}

/** The one of white and black that stands out more from a colour (WCAG 2.2, contrast ratio). @param {string} hex */
export function inkOn(hex) {
  const [red, green, blue] = hex.match(/\w\w/g).map((pair) => (parseInt(pair, 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}
