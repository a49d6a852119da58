// Narrows the list of articles to the titles that have every typed word.
const box = document.querySelector("[data-filter]");
const field = box.querySelector("input");
const found = box.querySelector("[data-found]");
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const entries = [...document.querySelectorAll(".articles li")].map((item) => ({
  item,
  title: fold(item.querySelector("a").textContent),
}));

function narrow() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { item, title } of entries) {
    item.hidden = !words.every((word) => title.includes(word));
    shown += item.hidden ? 0 : 1;
  }
  for (const shelf of document.querySelectorAll(".shelf")) {
    shelf.hidden = !shelf.querySelector("li:not([hidden])");
  }
  found.textContent = words.length ? `${shown} of ${entries.length} articles` : "";
}

box.hidden = entries.length === 0;
field.addEventListener("input", narrow);
narrow();
