// The tab list, by the ARIA pattern: arrow keys move, the chosen tab is the only one in tab order.

import { el, uniqueId } from "./dom.js";

/** @typedef {{ id: string, title: string, views: [string, string][] }} PaneInfo */

export class Tabs {
  /**
   * @param {PaneInfo[]} panes
   * @param {(id: string) => void} onChoose
   */
  constructor(panes, onChoose) {
    this.panes = panes;
    this.chosen = panes[0].id;
    this.onChoose = onChoose;
    this.panelId = uniqueId("hx-panel");
    this.element = el("div", {
      role: "tablist",
      "aria-label": "panes",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    });
    /** @type {Map<string, HTMLButtonElement>} */
    this.tabs = new Map();
    for (const pane of panes) {
      const tab = el(
        "button",
        {
          type: "button",
          role: "tab",
          id: uniqueId("hx-tab"),
          "aria-controls": this.panelId,
          "data-pane": pane.id,
          onclick: () => this.choose(pane.id),
        },
        pane.title,
      );
      this.tabs.set(pane.id, tab);
      this.element.append(tab);
    }
    this.#reflect();
  }

  /** @param {string} id */
  choose(id) {
    if (!this.tabs.has(id)) return;
    this.chosen = id;
    this.#reflect();
    this.onChoose(id);
  }

  get chosenTab() {
    return /** @type {HTMLButtonElement} */ (this.tabs.get(this.chosen));
  }

  #reflect() {
    for (const [id, tab] of this.tabs) {
      const selected = id === this.chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const ids = this.panes.map((pane) => pane.id);
    const next = neighbour(ids, this.chosen, event.key);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(next);
    this.chosenTab.focus();
  }
}

/**
 * Where an arrow, Home or End key leads in a ring of ids; null for other keys.
 * @param {string[]} ids
 * @param {string} current
 * @param {string} key
 * @returns {string | null}
 */
export function neighbour(ids, current, key) {
  const at = ids.indexOf(current);
  if (key === "ArrowRight") return ids[(at + 1) % ids.length];
  if (key === "ArrowLeft") return ids[(at - 1 + ids.length) % ids.length];
  if (key === "Home") return ids[0];
  if (key === "End") return ids[ids.length - 1];
  return null;
}
