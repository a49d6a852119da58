// What a browser remembers of a site's conversation: in localStorage where that is allowed, else as long as the page is open.

/** Milliseconds after which another tab, a process of its own, surely reads what this one has written. */
const SETTLING = 500;

export class Memory {
  #prefix;
  /** @type {Map<string, string>} */
  #own = new Map();
  /** @type {Storage | null} */
  #storage;

  /** @param {string} site the public site key: each site has a memory of its own */
  constructor(site) {
    this.#prefix = `footnote:${site}:`;
    this.#storage = allowedStorage();
  }

  /** Whether it outlives the page. */
  get lasts() {
    return this.#storage !== null;
  }

  /** @param {string} name @returns {any} null when there is nothing, or nothing that can be read */
  read(name) {
    try {
      const text = this.#own.get(name) ?? this.#storage?.getItem(this.#prefix + name) ?? null;
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {unknown} value null or undefined forgets it */
  write(name, value) {
    if (value === null || value === undefined) {
      this.#own.delete(name);
      this.#try((storage) => storage.removeItem(this.#prefix + name));
      return;
    }
    const text = JSON.stringify(value);
    if (this.#try((storage) => storage.setItem(this.#prefix + name, text))) this.#own.delete(name);
    else this.#own.set(name, text);
  }

  /** Hears what another tab has changed: its name.
   * @param {(name: string) => void} hear */
  listen(hear) {
    window.addEventListener("storage", (event) => {
      if (event.key === null) hear("conversation");
      else if (event.key.startsWith(this.#prefix)) hear(event.key.slice(this.#prefix.length));
    });
  }

  /** Runs `work` while no other tab of this site does the same, where the browser can tell, nor before what it wrote is
   * seen there. Gives its result at once.
   * @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
  alone(name, work) {
    if (!navigator.locks) return work();
    return new Promise((resolve, reject) => {
      const turn = () => {
        const done = work();
        done.then(resolve, reject);
        return done.then(settled, () => {});
      };
      navigator.locks.request(this.#prefix + name, turn).catch((error) => refusedLock(error, work).then(resolve, reject));
    });
  }

  /** @param {(storage: Storage) => void} change */
  #try(change) {
    if (!this.#storage) return false;
    try {
      change(this.#storage);
      return true;
    } catch {
      return false; // full, or forbidden meanwhile
    }
  }
}

function settled() {
  return new Promise((after) => setTimeout(after, SETTLING));
}

/** Locks are refused where storage is blocked; then there is no other tab to wait for.
 * @template T @param {unknown} error @param {() => Promise<T>} work @returns {Promise<T>} */
function refusedLock(error, work) {
  if (error instanceof DOMException && error.name === "SecurityError") return work();
  throw error;
}

/** @returns {Storage | null} */
function allowedStorage() {
  try {
    const storage = window.localStorage;
    storage.setItem("footnote:allowed", "1");
    storage.removeItem("footnote:allowed");
    return storage;
  } catch {
    return null;
  }
}
