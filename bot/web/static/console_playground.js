// A sentence of the answer lights up where it stands, and a place in the article the sentences that it bears out.
const run = document.querySelector("[data-run]");

const keysOf = (node) => node.dataset.place.split(" ");
const nodes = () => run.querySelectorAll("[data-place]");

function light(keys) {
  for (const node of nodes()) node.classList.toggle("alight", keys.length > 0 && keysOf(node).some((key) => keys.includes(key)));
}

// Brings a place into sight within its article alone: the page stays where it is.
function show(keys) {
  const place = [...run.querySelectorAll("[data-article] [data-place]")].find((node) => keysOf(node).some((key) => keys.includes(key)));
  const article = place?.closest("[data-article]");
  if (!article) return;
  const [own, around] = [place.getBoundingClientRect(), article.getBoundingClientRect()];
  if (own.top < around.top || own.bottom > around.bottom) article.scrollTop += own.top - around.top - article.clientHeight / 3;
}

function enter(event) {
  const node = event.target.closest("[data-place]");
  if (!node) return;
  light(keysOf(node));
  if (!node.closest("[data-article]")) show(keysOf(node));
}

if (run) {
  run.addEventListener("mouseover", enter);
  run.addEventListener("focusin", enter);
  run.addEventListener("mouseout", (event) => {
    if (event.target.closest("[data-place]")) light([]);
  });
  run.addEventListener("focusout", () => light([]));
  // With a script the chip's link need not leave a mark in the history: its place is in sight already.
  run.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (!chip) return;
    event.preventDefault();
    light(keysOf(chip));
    show(keysOf(chip));
    chip.focus({ preventScroll: true });
  });
  if (location.pathname !== "/console/playground" && !location.hash) document.getElementById("result").scrollIntoView({ block: "start" });
}
