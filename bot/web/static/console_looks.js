// While the server looks something through, ask now and then, and show what came of it.

const POLL_MS = 1500;
const place = document.querySelector("[data-look]");

async function poll() {
  try {
    const answer = await fetch(place.dataset.path, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return;
    if (answer.ok && !(await answer.json()).looking) return location.reload();
  } catch {
    // The server is away for a moment; the next look tells.
  }
  setTimeout(poll, POLL_MS);
}

if (place?.dataset.look === "running") setTimeout(poll, POLL_MS);
