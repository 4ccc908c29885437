// Handing the session over as a file of the browser's own, which works wherever the kernel runs.

import { button, el } from "./dom.js";

/** @typedef {{ filename: string, mime: string, text: string }} Download */

const FORMATS = [
  ["html", "HTML page", "one page that steps through the session without a kernel"],
  ["script", "Python script", "the calls that reproduce the schedule"],
  ["json", "Session (JSON)", "to be opened again with hcl.Session.load"],
];

/** @param {(format: string) => void} onSave */
export function saveMenu(onSave) {
  const menu = el(
    "details",
    { class: "hx-menu" },
    el("summary", { class: "hx-button" }, "Save"),
    el(
      "div",
      { class: "items" },
      ...FORMATS.map(([format, label, title]) =>
        button(
          label,
          () => {
            menu.open = false;
            onSave(format);
          },
          { class: "is-quiet", title, "data-save": format },
        ),
      ),
    ),
  );
  menu.addEventListener("focusout", (event) => {
    const next = /** @type {Node | null} */ (event.relatedTarget);
    if (!next || !menu.contains(next)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menu.open = false;
  });
  return menu;
}

/** @param {Download} file */
export function download(file) {
  const url = URL.createObjectURL(new Blob([file.text], { type: `${file.mime};charset=utf-8` }));
  const link = el("a", { href: url, download: file.filename });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
