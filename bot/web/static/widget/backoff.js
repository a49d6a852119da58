// How long to wait before the next try, and what ends a wait early: the connection coming back.

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/** The wait after so many failures in a row: it doubles, and no two clients wait alike.
 * @param {number} failures from 1 @param {number} [least] what the server asks for, in milliseconds */
export function backoff(failures, least = 0) {
  const grown = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.max(least, grown) * (0.75 + Math.random() / 2);
}

/** Waits; while the browser says that it is offline it waits until that is over. True when `signal` has ended it.
 * @param {number} milliseconds @param {AbortSignal} [signal] @returns {Promise<boolean>} */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const finish = () => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      signal?.removeEventListener("abort", finish);
      resolve(signal?.aborted ?? false);
    };
    window.addEventListener("online", finish);
    signal?.addEventListener("abort", finish);
    if (signal?.aborted) finish();
    else if (navigator.onLine) timer = setTimeout(finish, milliseconds);
  });
}
