// The panes: tabs, the pane of the shown step, the status line.

import { closest, el } from "./dom.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("./tabs.js").PaneInfo} PaneInfo */

/**
 * @typedef {object} Shown
 * @property {number} step
 * @property {string} call
 * @property {string} explanation
 */

export class View {
  /**
   * @param {PaneInfo[]} panes
   * @param {(step: number, pane: string) => Promise<string>} loadPane HTML of a pane; may reject
   * @param {() => void} onPaneShown
   */
  constructor(panes, loadPane, onPaneShown) {
    this.loadPane = loadPane;
    this.onPaneShown = onPaneShown;
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {Map<string, string>} */
    this.variants = new Map(panes.filter((p) => p.views.length).map((p) => [p.id, p.views[0][0]]));
    this.ticket = 0;
    this.contents = "";
    this.tabs = new Tabs(panes, () => this.refresh());
    this.switch = el("div", { class: "hx-switch", role: "group", "aria-label": "what to show" });
    this.whole = el(
      "button",
      {
        type: "button",
        class: "hx-button is-small",
        title: "Shrink the graph until all of it is in sight",
        "aria-pressed": "false",
        hidden: "",
        onclick: () => this.#toggleWhole(),
      },
      "Whole graph",
    );
    this.head = el("div", { class: "hx-step-head" });
    this.panel = el("div", {
      onclick: (/** @type {Event} */ event) => {
        const pointer = closest(event, "[data-show-view]");
        if (pointer) this.chooseVariant(pointer.dataset.showView ?? "");
      },
      class: "hx-panel",
      role: "tabpanel",
      id: this.tabs.panelId,
    });
    new ResizeObserver(() => this.#offerWhole()).observe(this.panel);
    this.status = el("div", { class: "hx-status" });
    this.live = el("div", { class: "hx-sr", role: "status", "aria-live": "polite" });
    this.element = el(
      "section",
      { class: "hx-view", "aria-label": "what the shown step is and does" },
      el("div", { class: "hx-tabs" }, this.tabs.element),
      this.head,
      this.panel,
      this.status,
      this.live,
    );
  }

  /** @param {Shown} shown @param {Node[]} [notes] what stands at the end of the step's line */
  show(shown, notes = []) {
    this.shown = shown;
    this.head.replaceChildren(
      el("b", {}, shown.step ? `Step ${shown.step}` : "Kernel"),
      shown.step ? el("code", {}, shown.call) : "",
      el("span", { class: "why" }, shown.explanation),
      el("span", { class: "spring" }),
      ...notes,
      this.whole,
      this.switch,
    );
    return this.refresh();
  }

  /** Show the chosen pane of the shown step again. */
  async refresh() {
    if (!this.shown) return;
    const { step } = this.shown;
    const pane = this.tabs.chosen;
    this.panel.setAttribute("aria-labelledby", this.tabs.chosenTab.id);
    this.#drawSwitch();
    this.ticket += 1;
    const ticket = this.ticket;
    const waiting = setTimeout(() => this.panel.classList.add("is-waiting"), 120);
    /** @type {string | Node} */
    let content;
    try {
      content = await this.loadPane(step, pane);
    } catch (error) {
      content = el(
        "p",
        { class: "hx-empty hx-failed", role: "alert" },
        error instanceof Error ? error.message : String(error),
      );
    }
    clearTimeout(waiting);
    if (ticket !== this.ticket) return; // something newer was asked for meanwhile
    this.#replace(pane, content);
    this.live.textContent = `Step ${step}, ${this.tabs.chosenTab.textContent} shown`;
    this.onPaneShown();
  }

  /** @param {string} pane @param {string | Node} content */
  #replace(pane, content) {
    const samePane = this.contents === pane;
    const { scrollTop, scrollLeft } = this.panel;
    const typing = this.#depthInHand();
    if (typeof content === "string") this.panel.innerHTML = content;
    else this.panel.replaceChildren(content);
    this.panel.classList.remove("is-waiting");
    this.panel.dataset.pane = pane;
    this.contents = pane;
    this.#applyVariant();
    if (samePane) this.panel.scrollTo(scrollLeft, scrollTop);
    else this.panel.scrollTo(0, 0);
    this.#revealChange();
    if (typing) this.#depths().find((input) => input.dataset.fifo === typing)?.focus();
  }

  /** @returns {HTMLInputElement[]} */
  #depths() {
    return [...this.panel.querySelectorAll("input")].filter((input) => input.dataset.fifo);
  }

  /** The FIFO whose depth has the focus: it keeps it when the pane is drawn anew. */
  #depthInHand() {
    return this.#depths().find((input) => input.matches(":focus"))?.dataset.fifo;
  }

  /** Scroll to the first changed row where none is in sight. */
  #revealChange() {
    const rows = [...this.panel.querySelectorAll(".hx-row:not(.is-equal)")].filter(
      (row) => /** @type {HTMLElement} */ (row).offsetParent !== null,
    );
    if (!rows.length) return;
    const frame = this.panel.getBoundingClientRect();
    const inSight = rows.some((row) => {
      const box = row.getBoundingClientRect();
      return box.top >= frame.top && box.bottom <= frame.bottom;
    });
    if (!inSight) {
      this.panel.scrollTop += rows[0].getBoundingClientRect().top - frame.top - frame.height / 4;
    }
  }

  #drawSwitch() {
    const pane = this.tabs.panes.find((candidate) => candidate.id === this.tabs.chosen);
    const views = pane?.views ?? [];
    this.switch.hidden = views.length === 0;
    this.switch.replaceChildren(
      ...views.map(([id, label]) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": String(this.variants.get(this.tabs.chosen) === id),
            onclick: () => this.chooseVariant(id),
          },
          label,
        ),
      ),
    );
  }

  /** Show one of the alternatives of the chosen pane. @param {string} id */
  chooseVariant(id) {
    this.variants.set(this.tabs.chosen, id);
    this.#drawSwitch();
    this.#applyVariant();
    this.#revealChange();
  }

  #applyVariant() {
    const chosen = this.variants.get(this.tabs.chosen);
    for (const part of this.panel.querySelectorAll("[data-view]")) {
      /** @type {HTMLElement} */ (part).hidden =
        /** @type {HTMLElement} */ (part).dataset.view !== chosen;
    }
    this.#offerWhole();
  }

  #toggleWhole() {
    const isWhole = this.panel.classList.toggle("is-whole");
    this.whole.setAttribute("aria-pressed", String(isWhole));
  }

  /** The button stands where a graph is larger than the pane, or was shrunk. */
  #offerWhole() {
    const graph = [...this.panel.querySelectorAll(".hx-graph svg")].find(
      (svg) => svg.getClientRects().length > 0,
    );
    const size = graph?.getBoundingClientRect();
    const { clientWidth, clientHeight } = this.panel;
    const isLarger = size && (size.width > clientWidth || size.height > clientHeight);
    this.whole.hidden = !graph || !(isLarger || this.panel.classList.contains("is-whole"));
  }
}
