// Times that go on: how long something has lasted (data-since), and moments in the agent's own time (data-moment).
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const HOURS = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DAYS = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// The server's clock counts: a page says when it was made.
const made = document.querySelector("[data-now]");
const ahead = made ? Date.parse(made.dataset.now) - Date.now() : 0;

// The same words as `waited` in bot/web/console/views.py.
export function waited(seconds) {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / MINUTE)} min`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

export function tick(root = document) {
  for (const time of root.querySelectorAll("time[data-since]")) {
    const seconds = Math.floor((Date.now() + ahead - Date.parse(time.dateTime)) / 1000);
    write(time, waited(Math.max(0, seconds)));
  }
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const at = new Date(time.dateTime);
    write(time, (at.toDateString() === today ? HOURS : DAYS).format(at));
    time.title = DAYS.format(at);
  }
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

tick();
setInterval(() => tick(), 1000);
