// The saved page: the viewer on data that the page carries; no kernel, no network.

import { closest, el, takesText } from "./dom.js";
import { Links } from "./links.js";
import { watchSimulation } from "./simulation.js";
import { Steps } from "./steps.js";
import { watchTimeline } from "./timeline.js";
import { View } from "./view.js";

/**
 * What `views/page.py` embeds.
 * @typedef {object} PageData
 * @property {string} name
 * @property {string} device
 * @property {number} clock_mhz
 * @property {string} filename
 * @property {number} position
 * @property {import("./tabs.js").PaneInfo[]} panes
 * @property {string} history
 * @property {string} kernel
 * @property {{ call: string, explanation: string, html: Record<string, string> }[]} steps
 */

/** @param {HTMLElement} root @param {PageData} data */
function start(root, data) {
  let shown = data.position;
  const view = new View(
    data.panes,
    async (step, pane) => data.steps[step].html[pane],
    () => links.refresh(),
  );
  const steps = new Steps((step) => show(step));
  const kernel = el("div", { class: "scroll" });
  kernel.innerHTML = data.kernel;
  const previous = el("button", { type: "button", class: "hx-button", onclick: () => show(shown - 1) }, "‹ Back");
  const next = el("button", { type: "button", class: "hx-button", onclick: () => show(shown + 1) }, "Next ›");
  const app = el(
    "div",
    { class: "hx-app" },
    el(
      "header",
      { class: "hx-bar" },
      el("span", { class: "title" }, data.name),
      el("span", { class: "about" }, `${data.device} at ${data.clock_mhz} MHz`),
      el("span", { class: "spring" }),
      keyHelp(data.panes.length),
      previous,
      next,
    ),
    el(
      "main",
      { class: "hx-main" },
      el(
        "section",
        { class: "hx-kernel", "aria-label": "kernel" },
        el("div", { class: "hx-section-head" }, el("h3", {}, "Kernel"), el("span", { class: "dim" }, data.filename)),
        kernel,
      ),
      el(
        "section",
        { class: "hx-history", "aria-label": "steps" },
        el("div", { class: "hx-section-head" }, el("h3", {}, "Steps")),
        steps.scroll,
      ),
      view.element,
    ),
  );
  const links = new Links(app, {
    onLine: () => {},
    onStatus: (text) => {
      view.status.textContent = text;
    },
  });

  /** @param {number} step */
  function show(step) {
    if (step < 0 || step >= data.steps.length) return;
    shown = step;
    const { call, explanation } = data.steps[step];
    steps.mark(step);
    previous.disabled = step === 0;
    next.disabled = step === data.steps.length - 1;
    view.show({ step, call, explanation });
  }

  watchTimeline(app);
  watchSimulation(app);
  app.addEventListener("click", (event) => {
    const point = closest(event, ".pt[data-step]");
    if (point) show(Number(point.dataset.step));
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const point = closest(event, ".pt[data-step]");
    if (point && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      show(Number(point.dataset.step));
    } else if (takesText(event.target)) {
      return;
    } else if (event.key === "ArrowRight") {
      show(shown + 1);
    } else if (event.key === "ArrowLeft") {
      show(shown - 1);
    } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= data.panes.length) {
      view.tabs.choose(data.panes[Number(event.key) - 1].id);
    }
  });

  root.replaceChildren(app);
  steps.setHtml(data.history, shown);
  show(shown);
}

/** @param {number} panes */
function keyHelp(panes) {
  return el(
    "span",
    { class: "keys" },
    el("kbd", {}, "←"),
    " ",
    el("kbd", {}, "→"),
    " steps  ",
    el("kbd", {}, "1"),
    "–",
    el("kbd", {}, String(panes)),
    " panes",
  );
}

/** The page's data; `text/plain` is gzip in base 64. @param {HTMLElement} element */
async function readData(element) {
  const text = element.textContent ?? "";
  if (element.getAttribute("type") === "application/json") return JSON.parse(text);
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const root = document.getElementById("hclx");
const data = document.getElementById("hclx-data");
if (root && data) readData(data).then((read) => start(root, read));
