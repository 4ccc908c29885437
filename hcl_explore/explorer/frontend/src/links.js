// Hovering (or focusing) a line lights up what belongs to it: the kernel line, its IR, its C++.
// A loop or array of the tree also tells what it was before and which steps made it.

import { closest } from "./dom.js";

export class Links {
  /**
   * @param {HTMLElement} root
   * @param {{ onLine: (line: number | null) => void, onStatus: (text: string) => void }} hooks
   */
  constructor(root, hooks) {
    this.root = root;
    this.hooks = hooks;
    /** @type {number | null} */
    this.line = null;
    /** @type {HTMLElement | null} */
    this.subject = null;
    root.addEventListener("pointerover", (event) => this.#follow(event));
    root.addEventListener("focusin", (event) => this.#follow(event));
    root.addEventListener("pointerleave", () => this.#clear());
  }

  /** @param {Event} event */
  #follow(event) {
    const linked = closest(event, "[data-src]");
    const subject = closest(event, "[data-loop], [data-buffer]");
    this.#lightSteps(subject?.dataset.steps ?? "");
    const line = linked ? Number(linked.dataset.src) : null;
    this.light(line, subject);
    this.hooks.onLine(line);
    this.hooks.onStatus(describe(subject, line));
  }

  #clear() {
    this.#lightSteps("");
    this.light(null);
    this.hooks.onLine(null);
    this.hooks.onStatus("");
  }

  /**
   * Light up everything that comes from a line of the kernel; of the tree only the loop or array
   * itself where it is one that is pointed at.
   * @param {number | null} line
   * @param {HTMLElement | null} [subject]
   */
  light(line, subject = null) {
    if (line !== this.line || subject !== this.subject) {
      this.line = line;
      this.subject = subject;
      this.refresh();
    }
  }

  /** Apply the light again, after a pane was replaced. */
  refresh() {
    for (const element of this.root.querySelectorAll(".is-lit")) element.classList.remove("is-lit");
    if (this.line === null) return;
    for (const element of this.root.querySelectorAll(`[data-src="${this.line}"]`)) {
      const other = element.matches("[data-loop], tr") && this.subject && !element.contains(this.subject);
      if (!other) element.classList.add("is-lit");
    }
  }

  /** @param {string} steps numbers with blanks between */
  #lightSteps(steps) {
    for (const element of this.root.querySelectorAll(".step.is-maker")) {
      element.classList.remove("is-maker");
    }
    for (const step of steps.split(" ").filter(Boolean)) {
      this.root.querySelector(`.go[data-step="${step}"]`)?.parentElement?.classList.add("is-maker");
    }
  }
}

/**
 * The status line for what the pointer is on.
 * @param {HTMLElement | null} subject
 * @param {number | null} line
 */
export function describe(subject, line) {
  const parts = [];
  if (subject) {
    const story = subject.getAttribute("title");
    parts.push(`${subject.dataset.name ?? ""}${story ? `: ${story}` : ""}`);
  }
  if (line !== null) parts.push(`kernel line ${line}`);
  return parts.join(" · ");
}
