// Every sentence that the panel itself says, by its key, in the language of the page.

/** @typedef {{t: (key: string, values?: Record<string, string | number>) => string, language: string, direction: "ltr" | "rtl",
 *   number: (value: number) => string, day: (iso: string) => string, hour: (iso: string) => string}} Texts */

export const LANGUAGES = ["en", "es", "zh", "ar"];

/** The first language that there is a catalog for, of tags in the order they are wanted; English else.
 * @param {(string | null | undefined)[]} wanted */
export function chosenLanguage(wanted) {
  for (const tag of wanted) {
    const language = (tag ?? "").toLowerCase().split(/[-_]/)[0];
    if (LANGUAGES.includes(language)) return language;
  }
  return "en";
}

/** @param {(string | null | undefined)[]} wanted @returns {Promise<Texts>} */
export async function loadTexts(wanted) {
  const language = chosenLanguage(wanted);
  const catalog = (await catalogOf(language)) ?? (await catalogOf("en")) ?? {};
  return textsOf(catalog, language);
}

/** @param {string} language @returns {Promise<Record<string, string> | null>} */
async function catalogOf(language) {
  try {
    const response = await fetch(new URL(`texts/${language}.json`, import.meta.url));
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** @param {Record<string, string>} catalog @param {string} language @returns {Texts} */
export function textsOf(catalog, language) {
  const date = (/** @type {string} */ iso, /** @type {Intl.DateTimeFormatOptions} */ options) => {
    const moment = new Date(iso.includes("T") ? iso : `${iso}T00:00:00Z`);
    return Number.isNaN(moment.getTime()) ? iso : moment.toLocaleString(language, options);
  };
  const direction = language === "ar" ? "rtl" : "ltr";
  // A name in another script keeps its own order, full stops included.
  const isolated = (/** @type {string | number} */ value) => (direction === "rtl" ? `\u2068${value}\u2069` : String(value));
  return {
    language,
    direction,
    t: (key, values = {}) => (catalog[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? isolated(values[name]) : whole)),
    number: (value) => value.toLocaleString(language),
    day: (iso) => date(iso, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }),
    hour: (iso) => date(iso, { hour: "2-digit", minute: "2-digit" }),
  };
}
