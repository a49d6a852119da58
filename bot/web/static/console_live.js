// Follows a stream of the console and says how the connection is. `url` is asked for each time, so that a new stream goes on where the last one ended.
const AGAIN_MS = 4000;

export function follow(url, heard, line) {
  let source = null;
  const say = (text, way = null) => {
    line.hidden = !text;
    line.replaceChildren(text, ...(way ? [" ", way] : []));
  };
  const open = () => {
    source = new EventSource(url());
    source.addEventListener("open", () => say(""));
    source.addEventListener("error", () => failed());
    source.addEventListener("bye", (event) => {
      if (JSON.parse(event.data).reason !== "replaced") return;
      source.close();
      say("This page is open in many windows, so it is no longer refreshed here.", again("Reload"));
    });
    for (const [name, hear] of Object.entries(heard)) {
      source.addEventListener(name, (event) => hear(JSON.parse(event.data)));
    }
  };
  const failed = async () => {
    say("The connection was lost. Trying again…");
    // A browser that only lost the connection comes back by itself; one that was refused gives up.
    if (source.readyState !== EventSource.CLOSED) return;
    if (await signedOut()) say("You are signed out.", again("Sign in again"));
    else setTimeout(open, AGAIN_MS);
  };
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
}

async function signedOut() {
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "application/json" } });
    return answer.status === 401;
  } catch {
    return false;
  }
}

function again(words) {
  const way = document.createElement("a");
  way.href = location.pathname + location.search;
  way.textContent = words;
  return way;
}
