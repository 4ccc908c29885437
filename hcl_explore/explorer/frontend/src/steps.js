// The step list: made in Python, brought to life here.

import { closest, el } from "./dom.js";

export class Steps {
  /**
   * @param {(step: number) => void} onShow
   * @param {(step: number) => void} [onRemove]
   */
  constructor(onShow, onRemove) {
    this.scroll = el("div", { class: "scroll" });
    this.scroll.addEventListener("click", (event) => {
      const remove = closest(event, "[data-remove]");
      if (remove && onRemove) {
        onRemove(Number(remove.dataset.remove));
        return;
      }
      const go = closest(event, ".go[data-step]");
      if (go) onShow(Number(go.dataset.step));
    });
    new ResizeObserver(() => this.#keepShownInSight()).observe(this.scroll);
    this.scroll.addEventListener("keydown", (event) => {
      const go = closest(event, ".go[data-step]");
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!go || !by) return;
      event.preventDefault();
      const next = this.#button(Number(go.dataset.step) + by);
      if (next) {
        next.focus();
        onShow(Number(next.dataset.step));
      }
    });
  }

  /** @param {number} step @returns {HTMLElement | null} */
  #button(step) {
    return this.scroll.querySelector(`.go[data-step="${step}"]`);
  }

  /** @param {string} html @param {number} shown */
  setHtml(html, shown) {
    const focused = this.scroll.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.step
      : undefined;
    this.scroll.innerHTML = html;
    this.mark(shown);
    if (focused !== undefined) this.#button(Number(focused))?.focus();
  }

  /** Set off the step that the panes show. @param {number} shown */
  mark(shown) {
    for (const item of this.scroll.querySelectorAll(".step")) {
      const go = item.querySelector(".go");
      const is = go instanceof HTMLElement && Number(go.dataset.step) === shown;
      item.classList.toggle("is-shown", is);
      if (is) go.setAttribute("aria-current", "step");
      else go?.removeAttribute("aria-current");
    }
    this.#keepShownInSight();
  }

  #keepShownInSight() {
    const item = this.scroll.querySelector(".step.is-shown");
    if (item instanceof HTMLElement) keepInSight(this.scroll, item);
  }

  /** @param {number} step @param {string} html */
  setBadge(step, html) {
    const badge = this.#button(step)?.querySelector(".badge");
    if (badge) badge.outerHTML = html;
  }
}

/** Scroll the box, and nothing around it, until the item is seen. @param {HTMLElement} box @param {HTMLElement} item */
function keepInSight(box, item) {
  const frame = box.getBoundingClientRect();
  const place = item.getBoundingClientRect();
  if (place.top < frame.top) box.scrollTop += place.top - frame.top;
  else if (place.bottom > frame.bottom) box.scrollTop += place.bottom - frame.bottom;
  if (place.left < frame.left) box.scrollLeft += place.left - frame.left;
  else if (place.right > frame.right) box.scrollLeft += place.right - frame.right;
}
