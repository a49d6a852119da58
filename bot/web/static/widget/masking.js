// Secrets masked before they leave the browser: seed phrases, private keys, keys of known forms, cards. The server masks
// again, and more thoroughly (bot/safety/redaction.py): here only what shows by itself what it is. Masks are the server's.
import { FILTER } from "./seed_words.js";

/** @typedef {"seed_phrase" | "private_key" | "api_key" | "card_number"} SecretKind */

/** What stands in the text in place of a secret; earlier kinds win where two are found in one place.
 * @type {Record<SecretKind, string>} */
export const MASKS = {
  seed_phrase: "[seed phrase removed]",
  private_key: "[private key removed]",
  api_key: "[API key removed]",
  card_number: "[card number removed]",
};
const KINDS = /** @type {SecretKind[]} */ (Object.keys(MASKS));

const SEED_WORDS = 12;
const PART_WORDS = 8;
const PART_EVIDENCE = 7;
// Words of the list that people use all the time: they prove little.
const SPEECH = new Set(
  ("about above absent across again age all also always any around ask awful before below between blame brand bring bus busy can car case change " +
    "check close code come core crash current day deposit divide door down dry during early easy end enter error every exchange exit fee few " +
    "file find first follow food forget front fun future game general get give good great group half have help history hold home hour " +
    "hurry idea into issue item just keep kind know later learn letter like limit list live long lose love lucky make man manage market mean " +
    "merge minute miss mobile monitor more must name need net never news next nothing notice now number offer office often okay old once one " +
    "only open option order other own page park pay people phone photo place please price problem put question quick ready real reason remain remember " +
    "remove rent repeat replace rich right room run safe same save say season second security sell senior service share ship shop sign similar " +
    "since site small smart someone soon speed still stop submit such switch system team text thank that then there they thing this time today together " +
    "tomorrow top total track trade transfer trust try turn two type undo until update upgrade use used valid verify very view visit wait walk wall want way web " +
    "weekend welcome what when where will work world write wrong year you young").split(" "),
);
const WORD = /\p{L}+/gu;
const BETWEEN = /^[\s\d.,;:()\[\]{}#"'“”‘’|/\\*_–—-]{1,12}$/u;
const BITS = 20480;
const HASHES = 7;

/** @type {Uint8Array | undefined} */
let filter;

/** @param {string} word @param {number} seed */
function hash(word, seed) {
  let value = seed;
  for (let at = 0; at < word.length; at += 1) value = Math.imul(value ^ word.charCodeAt(at), 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Whether a word in small letters is (but for one in a hundred) of BIP-39's English list.
 * @param {string} word */
export function isSeedWord(word) {
  if (word.length < 3 || word.length > 8) return false;
  filter ??= Uint8Array.from(atob(FILTER), (character) => character.charCodeAt(0));
  const [first, step] = [hash(word, 0x811c9dc5), hash(word, 0x1b873593) | 1];
  for (let turn = 0; turn < HASHES; turn += 1) {
    const bit = ((first + Math.imul(turn, step)) >>> 0) % BITS;
    if (!((filter[bit >> 3] >> (bit & 7)) & 1)) return false;
  }
  return true;
}

/** @param {string} text @returns {[number, number][]} */
function seedPhrases(text) {
  /** @type {[number, number][]} */
  const found = [];
  /** @type {{start: number, end: number, word: string}[]} */
  let run = [];
  const finish = () => {
    const words = run.map((each) => each.word);
    const evidence = words.reduce((sum, word) => sum + (SPEECH.has(word) ? 0.25 : 1), 0);
    const enough = words.length >= SEED_WORDS ? evidence >= words.length / 3 : words.length >= PART_WORDS && evidence >= PART_EVIDENCE;
    if (enough && new Set(words).size >= 5) found.push([run[0].start, run[run.length - 1].end]);
    run = [];
  };
  for (const match of text.matchAll(WORD)) {
    const word = match[0].toLowerCase();
    const start = /** @type {number} */ (match.index);
    if (run.length && !BETWEEN.test(text.slice(run[run.length - 1].end, start))) finish();
    if (isSeedWord(word)) run.push({ start, end: start + match[0].length, word });
    else if (word !== "and") finish();
  }
  finish();
  return found;
}

const PRIVATE_KEYS = [
  /-{2,}\s?BEGIN +(?:[A-Z0-9]{1,12} +){0,3}PRIVATE +KEY(?: +BLOCK)?-{2,}[^]*?(?:-{2,}\s?END +(?:[A-Z0-9]{1,12} +){0,3}PRIVATE +KEY(?: +BLOCK)?-{2,}|$)/gi,
  /(?<![0-9A-Za-z])[xyzvutYZUV]prv[1-9A-HJ-NP-Za-km-z]{90,120}(?![0-9A-Za-z])/g,
  /(?<![0-9A-Za-z])(?:5[1-9A-HJ-NP-Za-km-z]{50}|[KLc9][1-9A-HJ-NP-Za-km-z]{50,51}|[1-9A-HJ-NP-Za-km-z]{87,88})(?![0-9A-Za-z])/g,
  /(?<![0-9A-Za-z])(?:S[A-Z2-7]{55}|nsec1[02-9ac-hj-np-z]{58}|suiprivkey1[02-9ac-hj-np-z]{50,70}|AGE-SECRET-KEY-1[02-9A-Z]{58})(?![0-9A-Za-z])/g,
];
const HEX_KEY = /(?<![0-9A-Za-z])(?:0[xX])?(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{128})(?![0-9A-Za-z])/g;
// What stands before 64 hexadecimal digits that everybody may see: a transaction, a checksum.
const PUBLIC = /(?:\btx|txid|txn|hash|transaction|checksum|sha-?256|digest|block|public|transacci[oó]n|交易|哈希|معاملة|\/)[^\n]{0,24}$/i;

/** @param {string} text @returns {[number, number][]} */
function privateKeys(text) {
  const keys = PRIVATE_KEYS.flatMap((form) => spans(text, form));
  const hex = spans(text, HEX_KEY).filter(([start, end]) => {
    const key = text.slice(start, end);
    return /[a-f]/i.test(key) && /\d/.test(key) && !PUBLIC.test(text.slice(Math.max(0, start - 40), start));
  });
  return [...keys, ...hex];
}

const API_KEY = new RegExp(
  "(?<![0-9A-Za-z_])(?:" +
    [
      "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
      "gh[pousr]_[A-Za-z0-9]{30,255}",
      "github_pat_\\w{22,255}",
      "gl(?:pat|dt|rt|cbt|ptt)-[\\w-]{20,255}",
      "xox[a-z]{1,2}-[A-Za-z0-9-]{10,255}",
      "xapp-\\d-[A-Za-z0-9-]{10,255}",
      "sk-(?=[A-Za-z_-]{0,64}\\d)[\\w-]{20,512}",
      "[sr]k_(?:live|test)_[A-Za-z0-9]{10,255}",
      "whsec_[A-Za-z0-9+/=]{16,255}",
      "AIza[\\w-]{30,60}",
      "eyJ[\\w-]{8,4096}\\.[\\w-]{8,8192}\\.[\\w-]{8,2048}",
      "SG\\.[\\w-]{16,64}\\.[\\w-]{16,128}",
      "npm_[A-Za-z0-9]{36}",
      "hf_[A-Za-z]{30,64}",
      "\\d{8,10}:[\\w-]{35}",
    ].join("|") +
    ")(?![0-9A-Za-z_])",
  "g",
);
const ENROLMENT = /otpauth:\/\/[^\s"'<>]{1,512}/gi;

/** @param {string} text @returns {[number, number][]} */
const apiKeys = (text) => [...spans(text, API_KEY), ...spans(text, ENROLMENT)];

const DIGITS = /(?<![\d.,+])\d(?:[ \u00a0\u2010-\u2013.-]?\d){12,18}(?!\.?\d)/g;
const ISSUER = /^(?:4|5[0-8]|6|2[2-7]|3[0-9]|81|9792)/;
const ORDER = /(?:order|invoice|ticket|tracking|uid|user|txid|reference|ref|case|:\/\/\S*)(?:\s?(?:id|no|nr|number|#))?[\s:#.]{0,3}$/i;

/** @param {string} text @returns {[number, number][]} */
function cardNumbers(text) {
  return spans(text, DIGITS).filter(([start, end]) => {
    const digits = text.slice(start, end).replace(/\D/g, "");
    return ISSUER.test(digits) && luhn(digits) && !ORDER.test(text.slice(Math.max(0, start - 200), start));
  });
}

/** The check digit of ISO/IEC 7812.
 * @param {string} digits */
export function luhn(digits) {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** @param {string} text @param {RegExp} form @returns {[number, number][]} */
function spans(text, form) {
  return [...text.matchAll(form)].map((match) => [/** @type {number} */ (match.index), /** @type {number} */ (match.index) + match[0].length]);
}

/** @type {Record<SecretKind, (text: string) => [number, number][]>} */
const SEARCHES = { seed_phrase: seedPhrases, private_key: privateKeys, api_key: apiKeys, card_number: cardNumbers };

/** The text with each secret replaced by its mask, and the kinds that were found. Masking a masked text changes nothing.
 * @param {string} text @returns {{text: string, kinds: SecretKind[]}} */
export function mask(text) {
  const found = KINDS.flatMap((kind, rank) => SEARCHES[kind](text).map(([start, end]) => ({ rank, start, end })));
  found.sort((one, other) => one.start - other.start || one.end - other.end);
  /** @type {typeof found} */
  const apart = [];
  for (const each of found) {
    const last = apart[apart.length - 1];
    if (!last || each.start >= last.end) apart.push({ ...each });
    else Object.assign(last, { rank: Math.min(last.rank, each.rank), end: Math.max(last.end, each.end) });
  }
  let [masked, at] = ["", 0];
  for (const { rank, start, end } of apart) {
    masked += text.slice(at, start) + MASKS[KINDS[rank]];
    at = end;
  }
  return { text: masked + text.slice(at), kinds: [...new Set(apart.map((each) => KINDS[each.rank]))] };
}
