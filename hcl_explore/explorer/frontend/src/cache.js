// Pane HTML, kept by what it shows: the program's key and the pane. Oldest out first.

export class PaneCache {
  /** @param {number} capacity how many panes are kept */
  constructor(capacity = 400) {
    this.capacity = capacity;
    /** @type {Map<string, string>} */
    this.entries = new Map();
  }

  /** @param {string} key @param {string} pane */
  get(key, pane) {
    const name = `${key} ${pane}`;
    const html = this.entries.get(name);
    if (html !== undefined) {
      this.entries.delete(name);
      this.entries.set(name, html);
    }
    return html;
  }

  /** @param {string} key @param {string} pane @param {string} html */
  set(key, pane, html) {
    const name = `${key} ${pane}`;
    this.entries.delete(name);
    this.entries.set(name, html);
    if (this.entries.size > this.capacity) {
      this.entries.delete(/** @type {string} */ (this.entries.keys().next().value));
    }
  }
}
