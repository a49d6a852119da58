// What the loader takes from the page that it runs on, and keeps for the next one.

/** Where the customer is, without what often holds a secret: the query, and a fragment that is no route. */
export function pageUrl() {
  const { origin, pathname, hash } = location;
  return origin + pathname + (/^#!?\//.test(hash) ? hash.split("?")[0] : "");
}

/**
 * What is kept under a key; with a value it is kept first, "" for nothing. Storage that is shut or full keeps nothing.
 * @param {"localStorage" | "sessionStorage"} kind @param {string} key @param {string} [value]
 * @returns {string | null}
 */
export function kept(kind, key, value) {
  try {
    const storage = window[kind];
    if (value !== undefined) storage.setItem(key, value);
    return storage.getItem(key);
  } catch {
    return "";
  }
}
