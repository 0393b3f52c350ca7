/** What this browser remembers. A browser that forbids storage only forgets. */

/** Read JSON that was kept under a key; `otherwise` if there is none, or none that can be read. */
export function readJson<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    // Storage is forbidden, or holds what an older version wrote: as good as empty.
    return otherwise;
  }
}

/** Keep JSON under a key. */
export function writeJson(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Forbidden or full: what was to be remembered is only a convenience.
  }
}
