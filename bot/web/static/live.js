// Follows a conversation's events, again after each loss of the connection; nothing is missed and nothing comes twice.
import { readEvents } from "./events.js";

const AGAIN_MS = 2000;
const GONE = [401, 403, 404, 422];

// `hear` gets each event's name and data, as long as `isWanted` says so.
export async function follow({ conversation_id: where, token }, hear, isWanted) {
  const path = `/api/v1/conversations/${encodeURIComponent(where)}/events`;
  let reached = 0;
  while (isWanted()) {
    const response = await open(`${path}?after=${reached}`, token);
    if (GONE.includes(response?.status)) return;
    for await (const { name, data } of response?.ok ? untilLost(response.body) : []) {
      if (!isWanted() || (name === "bye" && data.reason === "replaced")) return;
      if ("number" in data) reached = data.number;
      hear(name, data);
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

// Null while the server cannot be reached.
function open(url, token) {
  return fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
}

async function* untilLost(body) {
  const events = readEvents(body);
  for (;;) {
    const { value, done } = await events.next().catch(() => ({ done: true }));
    if (done) return;
    yield value;
  }
}
