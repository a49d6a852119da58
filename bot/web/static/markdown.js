// The Markdown of a reply as DOM nodes: paragraphs, headings, nested lists, quotes, tables, code, bold, italics, links and [n] marks.
// Every piece of text becomes a text node; no string is ever read as HTML.

const LIST_ITEM = /^( *)([-*+]|\d{1,9}[.)])( +|$)/;
const FENCE = /^ {0,3}(```+|~~~+)/;
const TABLE_RULE = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)(?!`)(.+?)(?<!`)\2(?!`)|\*\*(?=\S)([^]+?)(?<=\S)\*\*(?!\*)|\*(?=[^\s*])([^*]+?)(?<=\S)\*|\[(\d{1,3})\](?!\()|\[((?:\\.|[^\]\\])*)\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)|<(https?:\/\/[^\s<>]+)>|&(amp|lt|gt|quot|nbsp|#39);/;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", "#39": "'" };

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// The address if it is an http(s) one, else null.
export function webAddress(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, attributes, ...children) {
  const href = webAddress(url);
  if (!href) return element("span", {}, ...children);
  return element("a", { href, target: "_blank", rel: "noopener", ...attributes }, ...children);
}

function citationLink(citation, number) {
  const name = `Source ${number}: ${citation.title}`;
  return link(citation.url, { class: "mark", "aria-label": name, title: name }, `[${number}]`);
}

// `citations` holds one entry for each [n] in the text, in its order; `chip` makes the node of such a mark.
export function renderMarkdown(text, citations = [], chip = citationLink) {
  const left = [...citations];
  const mark = (number) => {
    const place = left.findIndex((citation) => citation.number === number);
    const citation = place >= 0 ? left.splice(place, 1)[0] : citations.find((one) => one.number === number);
    if (!citation) return element("sup", { class: "mark" }, `[${number}]`);
    return chip(citation, number);
  };
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), mark, 0);
}

function blocks(lines, mark, depth) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const read = depth > 20 ? paragraph : reader(lines, at);
    const [node, next] = read(lines, at, mark, depth);
    nodes.push(node);
    at = next;
  }
  return nodes;
}

function reader(lines, at) {
  const line = lines[at];
  if (FENCE.test(line)) return fence;
  if (/^ {0,3}#{1,6}(\s|$)/.test(line)) return heading;
  if (/^ {0,3}>/.test(line)) return quote;
  if (LIST_ITEM.test(line)) return list;
  if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "") && lines[at + 1].includes("-")) return table;
  return paragraph;
}

function paragraph(lines, at, mark) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && reader(lines, end) === paragraph) end += 1;
  const text = lines.slice(at, end).map((line) => line.trim()).join("\n");
  return [element("p", {}, ...inline(text, mark)), end];
}

function heading(lines, at, mark) {
  const text = lines[at].trim().replace(/^#+\s*/, "").replace(/\s+#+$/, "");
  return [element("p", {}, element("strong", {}, ...inline(text, mark))), at + 1];
}

function fence(lines, at) {
  const [, ticks] = FENCE.exec(lines[at]);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(ticks)) end += 1;
  const code = lines.slice(at + 1, end).join("\n");
  return [element("pre", { tabindex: "0" }, element("code", {}, code)), end + 1];
}

function quote(lines, at, mark, depth) {
  let end = at;
  while (end < lines.length && /^ {0,3}>/.test(lines[end])) end += 1;
  const inside = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
  return [element("blockquote", {}, ...blocks(inside, mark, depth + 1)), end];
}

function list(lines, at, mark, depth) {
  const [, margin, marker] = LIST_ITEM.exec(lines[at]);
  const ordered = /\d/.test(marker);
  const node = ordered ? element("ol", { start: String(parseInt(marker, 10)) }) : element("ul");
  let next = at;
  for (;;) {
    const match = LIST_ITEM.exec(lines[next] ?? "");
    if (!match || match[1].length > margin.length + 3 || /\d/.test(match[2]) !== ordered) break;
    const indent = match[0].length;
    let end = next + 1;
    while (end < lines.length && (!lines[end].trim() || spaces(lines[end]) > match[1].length)) end += 1;
    while (!lines[end - 1].trim()) end -= 1;
    const inside = lines.slice(next, end).map((line, row) => (row ? line.slice(Math.min(indent, spaces(line))) : line.slice(indent)));
    const parts = blocks(inside, mark, depth + 1);
    // A tight item is shown without a paragraph of its own.
    node.append(element("li", {}, ...parts.flatMap((part) => (part.nodeName === "P" && part === parts[0] ? [...part.childNodes] : [part]))));
    next = end;
    let after = next;
    while (after < lines.length && !lines[after].trim()) after += 1;
    if (!LIST_ITEM.test(lines[after] ?? "") || spaces(lines[after]) > margin.length + 3) break;
    next = after;
  }
  return [node, next];
}

const spaces = (line) => line.length - line.trimStart().length;

function table(lines, at, mark) {
  const row = (line, name) =>
    element("tr", {}, ...cells(line).map((cell) => element(name, name === "th" ? { scope: "col" } : {}, ...inline(cell, mark))));
  const body = element("tbody");
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) body.append(row(lines[end++], "td"));
  return [element("table", {}, element("thead", {}, row(lines[at], "th")), body), end];
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function inline(text, mark, depth = 0) {
  const nodes = [];
  let rest = text;
  for (let match; depth < 20 && (match = INLINE.exec(rest)); rest = rest.slice(match.index + match[0].length)) {
    if (match.index) nodes.push(rest.slice(0, match.index));
    nodes.push(...piece(match, mark, depth + 1));
  }
  return rest ? [...nodes, rest] : nodes;
}

function piece([, escaped, , code, bold, italic, number, label, url, address, entity], mark, depth) {
  if (escaped) return [escaped];
  if (code !== undefined) return [element("code", {}, code.trim() || code)];
  if (bold !== undefined) return [element("strong", {}, ...inline(bold, mark, depth))];
  if (italic !== undefined) return [element("em", {}, ...inline(italic, mark, depth))];
  if (number !== undefined) return [mark(Number(number))];
  if (label !== undefined) return [link(url, {}, ...inline(label, mark, depth))];
  if (address !== undefined) return [link(address, {}, address)];
  return [ENTITIES[entity]];
}
