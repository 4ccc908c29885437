// Plays a simulated run: the slider's cycle decides how full each FIFO is drawn and which tasks run.

import { closest } from "./dom.js";

const PLAY_MS = 6_000;

/**
 * Tokens in a FIFO after a cycle.
 * @param {number[]} puts ascending
 * @param {number[]} gets ascending
 * @param {number} cycle
 */
export function fillAt(puts, gets, cycle) {
  return upTo(puts, cycle) - upTo(gets, cycle);
}

/** How many of the ascending numbers are at most `limit`. @param {number[]} sorted @param {number} limit */
function upTo(sorted, limit) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The depths that are not the declared ones, after changes in the table of FIFOs. The depth of a whole
 * array takes the place of those that its FIFOs had been given one by one.
 * @param {Iterable<{ value: string, dataset: DOMStringMap }>} inputs
 * @param {Record<string, number | string>} [known] what the shown run had changed already
 * @returns {Record<string, number | string>} what is no number is left to the kernel to refuse
 */
export function changedDepths(inputs, known = {}) {
  const depths = { ...known };
  for (const { value, dataset } of inputs) {
    const text = value.trim();
    if (text === dataset.depth) continue;
    const name = dataset.fifo ?? "";
    for (const other of Object.keys(depths)) if (other.startsWith(`${name}[`)) delete depths[other];
    depths[name] = /^\d+$/.test(text) ? Number(text) : text;
  }
  return depths;
}

/** @param {HTMLElement} root whatever holds the simulation; answers its slider and play button */
export function watchSimulation(root) {
  root.addEventListener("input", (event) => {
    const slider = /** @type {HTMLInputElement | null} */ (closest(event, "[data-cycle]"));
    const simulation = closest(event, ".hx-sim");
    if (slider && simulation) show(simulation, Number(slider.value));
  });
  root.addEventListener("click", (event) => {
    const simulation = closest(event, ".hx-sim");
    if (simulation && closest(event, "[data-play]")) play(simulation);
  });
}

/** @param {HTMLElement} simulation */
function play(simulation) {
  const slider = /** @type {HTMLInputElement} */ (simulation.querySelector("[data-cycle]"));
  const cycles = Number(simulation.dataset.cycles);
  const begun = performance.now();
  const run = String(begun);
  simulation.dataset.run = run; // a second click starts over
  /** @param {number} now */
  const frame = (now) => {
    if (!simulation.isConnected || simulation.dataset.run !== run) return;
    const cycle = Math.min(cycles, Math.floor(((now - begun) / PLAY_MS) * cycles));
    slider.value = String(cycle);
    show(simulation, cycle);
    if (cycle < cycles) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Times of puts and gets, read once for each run shown. @type {WeakMap<HTMLElement, [number[], number[]][]>} */
const timesOf = new WeakMap();

/** @param {HTMLElement} simulation */
function fifoTimes(simulation) {
  let times = timesOf.get(simulation);
  if (!times) {
    times = /** @type {[number[], number[]][]} */ (JSON.parse(simulation.dataset.fill ?? "[]"));
    timesOf.set(simulation, times);
  }
  return times;
}

/** @param {HTMLElement} simulation @param {number} cycle */
function show(simulation, cycle) {
  simulation.style.setProperty("--at", String(cycle));
  const now = simulation.querySelector(".now");
  if (now) now.textContent = `cycle ${cycle.toLocaleString("en")}`;
  fifoTimes(simulation).forEach(([puts, gets], number) => {
    const fill = fillAt(puts, gets, cycle);
    const cell = simulation.querySelector(`.fill-${number}`);
    if (cell) cell.textContent = String(fill);
    const edge = simulation.querySelector(`.fifo-${number}`);
    const texts = edge?.querySelectorAll("text");
    if (!edge || !texts?.length) return;
    const text = texts[texts.length - 1];
    const depth = /of (\d+)$/.exec(text.textContent ?? "")?.[1] ?? "";
    text.textContent = `${fill} of ${depth}`;
    edge.classList.toggle("is-full", fill >= Number(depth));
    edge.classList.toggle("is-empty", fill === 0);
  });
}
