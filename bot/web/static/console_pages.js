// Pages of the console as documents. The server has escaped them as for any visit, and nothing in a document that was read like this runs.

// The page, or null when it cannot be had; who is signed out is led to the sign-in instead.
export async function readPage(url) {
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

export const part = (name, page = document) => page.querySelector(`[data-part="${name}"]`);

// Takes over what a part has become. One that carries a state stays as it is in the same state: somebody may be writing in it.
export function renew(name, page) {
  const [present, next] = [part(name), part(name, page)];
  if (!present || !next || (next.dataset.state && present.dataset.state === next.dataset.state)) return false;
  if (present.isEqualNode(next)) return false;
  const focused = present.contains(document.activeElement) ? document.activeElement.id : null;
  const copy = document.importNode(next, true);
  present.replaceWith(copy);
  if (focused !== null) (document.getElementById(focused) ?? document.querySelector("h1")).focus({ preventScroll: true });
  return true;
}
