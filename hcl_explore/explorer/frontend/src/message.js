// Error texts: sentences may wrap, a source line with its caret must not.

import { button, el } from "./dom.js";

/** @typedef {import("./client.js").ErrorMessage} ErrorMessage */

/**
 * Runs of lines: `fixed` ones must keep their columns.
 * @param {string} text
 * @returns {{ fixed: boolean, lines: string[] }[]}
 */
export function splitMessage(text) {
  const lines = text.split("\n");
  const fixed = lines.map((line, at) => isCaret(line) || isCaret(lines[at + 1] ?? ""));
  /** @type {{ fixed: boolean, lines: string[] }[]} */
  const runs = [];
  lines.forEach((line, at) => {
    const last = runs[runs.length - 1];
    if (last && last.fixed === fixed[at]) last.lines.push(line);
    else runs.push({ fixed: fixed[at], lines: [line] });
  });
  return runs;
}

/** @param {string} line */
function isCaret(line) {
  return /^\s*\^+\s*$/.test(line);
}

/**
 * An error with what can be done about it.
 * @param {ErrorMessage} error
 * @param {{ label: string, title: string, act: () => void }[]} remedies
 * @param {() => void} onClose
 */
export function errorBox(error, remedies, onClose) {
  return el(
    "div",
    { class: "hx-error", role: "alert" },
    el(
      "div",
      { class: "head" },
      el("strong", {}, error.title),
      button("×", onClose, { class: "is-quiet", "aria-label": "dismiss", title: "Dismiss" }),
    ),
    el(
      "div",
      { class: "text", tabindex: 0 },
      ...splitMessage(error.text).map(({ fixed, lines }) =>
        el("pre", { class: fixed ? "is-fixed" : "" }, lines.join("\n")),
      ),
    ),
    remedies.length > 0 &&
      el(
        "div",
        { class: "actions" },
        ...remedies.map(({ label, title, act }) => button(label, act, { title })),
      ),
  );
}
