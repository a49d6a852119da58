// The site's colour, made legible whatever it is; and the room that a phone's keyboard leaves.

const LEAST = 4.5; // WCAG 2.2, success criterion 1.4.3
/** @typedef {[number, number, number]} Colour red, green and blue, 0 to 255 */

/** @param {string} text `#rgb` or `#rrggbb` @returns {Colour | null} */
export function colourOf(text) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const digits = short ? short.slice(1).map((digit) => digit + digit) : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text)?.slice(1);
  return digits ? /** @type {Colour} */ (digits.map((pair) => parseInt(pair, 16))) : null;
}

/** @param {Colour} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {Colour} one @param {Colour} other */
export function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour itself where it can be read on `ground`, else as little darkened or lightened as makes it so.
 * @param {Colour} colour @param {Colour} ground @returns {Colour} */
export function legible(colour, ground) {
  const aim = luminance(ground) > 0.18 ? 0 : 255;
  let best = colour;
  for (let step = 0; step <= 20 && contrast(best, ground) < LEAST; step += 1) {
    best = /** @type {Colour} */ (colour.map((each) => Math.round(each + ((aim - each) * step) / 20)));
  }
  return best;
}

/** @param {Colour} colour */
const written = (colour) => `rgb(${colour.join(" ")})`;
/** @type {Colour} */
const WHITE = [255, 255, 255];
/** @type {Colour} */
const BLACK = [15, 18, 22];

/** Sets --accent (behind text), --accent-ink (the text on it) and --accent-text (text on the panel itself).
 * @param {HTMLElement} root @param {string} text the site's colour; one that is none changes nothing */
export function useColour(root, text) {
  const colour = colourOf(text);
  if (!colour) return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const use = () => {
    const ink = contrast(colour, WHITE) >= contrast(colour, BLACK) ? WHITE : BLACK;
    const values = { "--accent": legible(colour, ink), "--accent-ink": ink, "--accent-text": legible(colour, dark.matches ? [34, 43, 51] : [238, 241, 243]) };
    for (const [name, value] of Object.entries(values)) root.style.setProperty(name, written(value));
  };
  dark.addEventListener("change", use);
  use();
}

/** Keeps the field above the keyboard where the browser only covers the page with it.
 * @param {HTMLElement} root */
export function followKeyboard(root) {
  const seen = window.visualViewport;
  if (!seen) return;
  const fit = () => {
    const isCovered = seen.scale === 1 && window.innerHeight - seen.height > 60;
    if (isCovered) root.style.setProperty("--height", `${seen.height}px`);
    else root.style.removeProperty("--height");
    if (isCovered) window.scrollTo(0, 0);
  };
  seen.addEventListener("resize", fit);
  seen.addEventListener("scroll", fit);
}
