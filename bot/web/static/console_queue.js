// The queue: its rows as the server tells them, the number in the title, a sign for who has just come.
import { follow } from "./console_live.js";
import { tick } from "./console_time.js";

const FRESH_MS = 6000;
const queue = document.querySelector("[data-queue]");
const blank = queue.querySelector("template[data-row]");
const icon = document.querySelector("link[rel=icon]");
const news = queue.querySelector("[data-news]");
const title = document.title.replace(/^\(\d+\) /, "");
const lists = Object.fromEntries(["waiting", "mine", "others"].map((name) => [name, queue.querySelector(`[data-rows="${name}"]`)]));
let waiting = new Set([...lists.waiting.children].map((node) => node.id));

const listOf = (row) => (row.owner !== "human" ? "waiting" : row.agent === queue.dataset.agent ? "mine" : "others");

function show(rows) {
  const focused = document.activeElement?.id;
  const section = document.activeElement?.closest("section");
  const wanted = Object.fromEntries(Object.keys(lists).map((name) => [name, []]));
  for (const row of rows) wanted[listOf(row)].push(fill(document.getElementById(`row-${row.id}`) ?? fresh(), row));
  for (const [name, nodes] of Object.entries(wanted)) place(name, nodes);
  welcome(rows);
  badge(wanted.waiting.length);
  if (focused && document.activeElement?.id !== focused) {
    (document.getElementById(focused) ?? section?.querySelector("h2"))?.focus({ preventScroll: true });
  }
}

const fresh = () => blank.content.cloneNode(true).querySelector("li");

function fill(node, row) {
  const taken = row.owner === "human";
  const when = { waiting: !taken, taken, owed: taken && row.waiting_since, reminded: row.reminders > 0 };
  node.id = `row-${row.id}`;
  for (const part of node.querySelectorAll("[data-text]")) write(part, row[part.dataset.text]);
  for (const part of node.querySelectorAll("[data-time]")) part.dateTime = row[part.dataset.time] ?? row.since;
  for (const part of node.querySelectorAll("[data-when]")) part.hidden = !when[part.dataset.when];
  node.querySelector("[data-link]").setAttribute("href", row.path);
  const form = node.querySelector("form");
  form.setAttribute("action", `${row.path}/claim`);
  form.querySelector("button").id = `claim-${row.id}`;
  tick(node);
  return node;
}

function write(part, value) {
  const text = String(value ?? "");
  if (part.textContent !== text) part.textContent = text;
}

// A row that stays in its place is not touched: it may have the focus.
function place(name, nodes) {
  const list = lists[name];
  for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
  queue.querySelector(`[data-count="${name}"]`).textContent = String(nodes.length);
  queue.querySelector(`[data-none="${name}"]`).hidden = nodes.length > 0;
}

function welcome(rows) {
  const now = rows.filter((row) => listOf(row) === "waiting");
  const come = now.filter((row) => !waiting.has(`row-${row.id}`));
  waiting = new Set(now.map((row) => `row-${row.id}`));
  for (const row of come) {
    const { classList } = document.getElementById(`row-${row.id}`);
    classList.add("fresh");
    setTimeout(() => classList.remove("fresh"), FRESH_MS);
  }
  if (come.length === 1) news.textContent = `A customer waits. ${come[0].reason_text} ${come[0].question}`;
  if (come.length > 1) news.textContent = `${come.length} more customers wait.`;
}

function badge(count) {
  document.title = count ? `(${count}) ${title}` : title;
  icon.href = count ? "/static/icon-waiting.svg" : "/static/icon.svg";
}

badge(waiting.size);
follow(() => "/console/events", { queue: show }, queue.querySelector("[data-connection]"));
