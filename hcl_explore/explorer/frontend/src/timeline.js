// The timeline's zoom: a click on a bar makes it fill the axis. The bars stand at fractions of the
// range in `--low` and `--high`; only those two and the ticks have to change.

import { closest, el } from "./dom.js";

const MOST_TICKS = 6;
const MARGIN = 0.03; // of a span, on both sides of it

/**
 * Round numbers of cycles within a range, as `cycle_ticks` of `views/timeline_data.py`.
 * @param {number} low
 * @param {number} high
 */
export function ticks(low, high) {
  const rough = Math.max(high - low, 1) / MOST_TICKS;
  const power = rough > 1 ? 10 ** Math.floor(Math.log10(rough)) : 1;
  const step = [1, 2, 5, 10].map((unit) => unit * power).find((size) => size >= rough) ?? power;
  const result = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) result.push(tick);
  return result;
}

/**
 * A number of cycles for the axis. Zoomed in, neighbours may differ in the last digits only.
 * @param {number} value
 * @param {number} step the distance of two ticks
 */
export function shortCount(value, step) {
  for (const [size, suffix] of /** @type {[number, string][]} */ ([
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ])) {
    const digits = 1000 * step >= 10 ** Math.floor(Math.log10(value)); // four are enough
    if (value >= size && digits) return `${Number((value / size).toPrecision(4))} ${suffix}`;
  }
  return value.toLocaleString("en");
}

/**
 * The range that shows a span with a little room around it, never outside of the run.
 * @param {number} start
 * @param {number} end
 * @param {number} total
 * @returns {[number, number]}
 */
export function rangeAround(start, end, total) {
  const room = Math.max((end - start) * MARGIN, 0.5);
  return [Math.max(0, start - room), Math.min(total, end + room)];
}

/** @param {HTMLElement} root whatever holds the timeline; answers clicks on its bars */
export function watchTimeline(root) {
  root.addEventListener("click", (event) => {
    const timeline = closest(event, ".hx-timeline");
    if (!timeline) return;
    const total = Number(timeline.dataset.total);
    const lane = closest(event, "[data-zoom]");
    if (lane) {
      const [start, end] = (lane.dataset.zoom ?? "").split(" ").map(Number);
      show(timeline, ...rangeAround(start, end, total));
    } else if (closest(event, "[data-zoom-out]")) {
      show(timeline, 0, total);
    }
  });
}

/** @param {HTMLElement} timeline @param {number} low @param {number} high */
function show(timeline, low, high) {
  timeline.style.setProperty("--low", String(low));
  timeline.style.setProperty("--high", String(high));
  const marks = ticks(low, high);
  const step = marks.length > 1 ? marks[1] - marks[0] : high - low;
  timeline
    .querySelector(".ticks")
    ?.replaceChildren(
      ...marks.map((tick) =>
        el("span", { class: "tick", style: `--at:${tick}` }, shortCount(tick, step)),
      ),
    );
  const whole = low === 0 && high === Number(timeline.dataset.total);
  timeline.querySelector("[data-zoom-out]")?.toggleAttribute("hidden", whole);
  timeline.querySelector(".hint")?.toggleAttribute("hidden", !whole);
}
