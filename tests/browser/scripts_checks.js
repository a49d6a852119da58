// Checks of markdown.js in a worker, over just enough of a document; posts how many passed and which failed.

class Element {
  constructor(name) {
    this.nodeName = name.toUpperCase();
    this.attributes = {};
    this.childNodes = [];
  }
  setAttribute(key, value) {
    this.attributes[key] = String(value);
  }
  append(...children) {
    this.childNodes.push(...children);
  }
}

const escaped = (text) => text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]);

function written(node) {
  if (typeof node === "string") return escaped(node);
  const attributes = Object.entries(node.attributes).filter(([key]) => !["target", "rel", "scope", "tabindex", "title"].includes(key));
  const name = node.nodeName.toLowerCase();
  return `<${name}${attributes.map(([key, value]) => ` ${key}="${value}"`).join("")}>${node.childNodes.map(written).join("")}</${name}>`;
}

globalThis.document = { createElement: (name) => new Element(name) };
Object.defineProperty(globalThis, "location", { value: { href: "http://127.0.0.1:8000/" } });

const { renderMarkdown, webAddress } = await import("./markdown.js");

const failed = [];
let passed = 0;

function check(name, found, wanted) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) passed += 1;
  else failed.push({ name, found, wanted });
}

const html = (text, citations) => renderMarkdown(text, citations).map(written).join("");
const source = (url, number = 1) => ({ number, title: "T", url });

const RENDERED = [
  ["two paragraphs", "One\ntwo\n\nThree", "<p>One\ntwo</p><p>Three</p>"],
  ["bold and code", "a **b `c` d** `**e**`", "<p>a <strong>b <code>c</code> d</strong> <code>**e**</code></p>"],
  ["italics", "an *italic* word, 2 * 3 * 4", "<p>an <em>italic</em> word, 2 * 3 * 4</p>"],
  ["escapes", "1\\. a \\*b\\* \\<c\\> \\\\", "<p>1. a *b* &lt;c&gt; \\</p>"],
  ["entities once", "a &lt;b&gt; &amp;lt;", "<p>a &lt;b&gt; &amp;lt;</p>"],
  ["markup is text", "<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"],
  ["ordered list", "3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
  ["list after a paragraph", "Do:\n- a\n- b\n\nDone", "<p>Do:</p><ul><li>a</li><li>b</li></ul><p>Done</p>"],
  ["nested lists", "1. a\n   - b\n   - c\n2. d", '<ol start="1"><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>'],
  ["list of two paragraphs", "1. a\n\n   b\n\n2. c", '<ol start="1"><li>a<p>b</p></li><li>c</li></ol>'],
  ["two kinds of list", "- a\n\n1. b", '<ul><li>a</li></ul><ol start="1"><li>b</li></ol>'],
  ["lazy line", "- a\nb", "<ul><li>a</li></ul><p>b</p>"],
  ["empty item", "-\n- a", "<ul><li></li><li>a</li></ul>"],
  ["quote", "> **Warning:** a\n> b\n\nc", "<blockquote><p><strong>Warning:</strong> a\nb</p></blockquote><p>c</p>"],
  ["heading", "## A *b*", "<p><strong>A <em>b</em></strong></p>"],
  ["fence", "```js\n**a** <b>\n```\nafter", "<pre><code>**a** &lt;b&gt;</code></pre><p>after</p>"],
  ["open fence", "```\na", "<pre><code>a</code></pre>"],
  [
    "table",
    "| A | B |\n| --- | :-: |\n| 1 \\| 2 | **3** |\n\nx",
    "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1 | 2</td><td><strong>3</strong></td></tr></tbody></table><p>x</p>",
  ],
  ["a bar is no table", "a | b\nc", "<p>a | b\nc</p>"],
  ["link", "[a **b**](https://x.example/?q=1)", '<p><a href="https://x.example/?q=1">a <strong>b</strong></a></p>'],
  ["address", "<https://x.example/a>", '<p><a href="https://x.example/a">https://x.example/a</a></p>'],
  ["script link", "[a](javascript:alert(1))", "<p><span>a</span>)</p>"],
  ["data link", "[a](data:text/html,b)", "<p><span>a</span></p>"],
  ["mark without a citation", "a [7]", '<p>a <sup class="mark">[7]</sup></p>'],
  ["nothing", "", ""],
  ["lone marks", "** * [ ] ( ) ` | > #", "<p>** * [ ] ( ) ` | &gt; #</p>"],
];
for (const [name, text, wanted] of RENDERED) check(name, html(text), wanted);

const mark = (url, number = 1) => `<a href="${url}" class="mark" aria-label="Source ${number}: T">[${number}]</a>`;
const [A, B, C] = ["https://x.example/a", "https://x.example/b", "https://x.example/c"];
check("marks lead to their own sentences", html("a [1] b [2] c [1]", [source(A), source(C, 2), source(B)]), `<p>a ${mark(A)} b ${mark(C, 2)} c ${mark(B)}</p>`);
check("one mark more than citations", html("a [1] b [1]", [source(A)]), `<p>a ${mark(A)} b ${mark(A)}</p>`);
check("a citation's address must be of the web", html("a [1]", [source("javascript:alert(1)")]), "<p>a <span>[1]</span></p>");
check("an address of this site", webAddress("/help/a#:~:text=b"), "http://127.0.0.1:8000/help/a#:~:text=b");
check("no address", webAddress("http://"), null);

const hostile = ["[".repeat(3000), "*".repeat(3000), "> ".repeat(500) + "a", "- ".repeat(500) + "a", "`".repeat(3000), "**a".repeat(1000), "|".repeat(3000) + "\n|-|"];
const started = Date.now();
for (const text of hostile) html(text);
check("hostile texts are quick", Date.now() - started < 2000, true);

postMessage({ passed, failed });
