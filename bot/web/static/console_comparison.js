// A list of questions that is being compared: how far it has come, and the page anew when it is through.
const LOOK_MS = 700;
const LOST_MS = 5000;
const box = document.querySelector("[data-progress]");
const bar = box?.querySelector("progress");
const asked = box?.querySelector("[data-asked]");

async function look() {
  let wait = LOOK_MS;
  try {
    const answer = await fetch(box.dataset.progress, { headers: { accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const job = await answer.json();
    if (job.done) return location.reload();
    bar.value = job.asked;
    asked.textContent = String(job.asked);
    document.title = document.title.replace(/^\(\d+/, `(${job.asked}`);
  } catch {
    wait = LOST_MS;
  }
  setTimeout(look, wait);
}

if (box) setTimeout(look, LOOK_MS);
