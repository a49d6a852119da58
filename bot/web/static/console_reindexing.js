// How far the reading of the sources is, for as long as it lasts.

const POLL_MS = 1000;
const place = document.querySelector("[data-reindexing]");

function words(progress) {
  if (progress.state === "failed") return `It failed. ${progress.sentence}`;
  if (progress.state === "done") return progress.sentence;
  const steps = progress.total ? ` ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}` : progress.done ? ` ${progress.done.toLocaleString("en")}` : "";
  return `${progress.by} has the sources read. ${progress.stage || "It begins"}…${steps}`;
}

function show(progress) {
  const running = progress.state === "running";
  const bar = place.querySelector("progress");
  place.dataset.state = progress.state;
  // A reader of the screen hears of each stage and of the end, not of every step.
  const status = place.querySelector("[data-words]");
  if (!running || status.dataset.stage !== progress.stage) status.textContent = words(progress);
  status.dataset.stage = progress.stage;
  place.querySelector("[data-bar]").hidden = !running;
  if (progress.total) {
    bar.max = progress.total;
    bar.value = progress.done;
  } else {
    bar.removeAttribute("value");
  }
  const form = place.querySelector("[data-form]");
  if (form) form.hidden = running;
}

async function poll() {
  try {
    const answer = await fetch(place.dataset.reindexing, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return;
    if (answer.ok) show(await answer.json());
  } catch {
    // The server is away for a moment; the next look tells.
  }
  if (place.dataset.state === "running") setTimeout(poll, POLL_MS);
}

place?.querySelector("[data-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const heading = document.getElementById("reindexing");
  try {
    const answer = await fetch(place.dataset.reindexing, { method: "POST", headers: { accept: "application/json" } });
    if (answer.ok) show(await answer.json());
    else if (answer.status !== 409) return location.reload();
  } catch {
    return location.reload();
  }
  heading.focus();
  place.dataset.state = "running";
  setTimeout(poll, POLL_MS / 4);
});

if (place?.dataset.state === "running") poll();
