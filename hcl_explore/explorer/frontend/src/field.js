// One control per kind of parameter.

import { el, keepingFocus, prose, uniqueId } from "./dom.js";
import { moved, toggled } from "./form.js";

/** @typedef {import("./client.js").Parameter} Parameter */
/** @typedef {import("./form.js").Value} Value */

/**
 * A labelled control. `mark` greys out refused choices; only fields with a list of names have it.
 * `names` are what a text field suggests.
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {HTMLElement} [names]
 * @property {(verdicts: Record<string, string | null>) => void} [mark]
 */

/**
 * @param {Parameter} parameter
 * @param {Value} value
 * @param {(value: Value) => void} onChange
 * @returns {Field}
 */
export function field(parameter, value, onChange) {
  const id = uniqueId("hx-field");
  if (parameter.kind === "boolean") return checkbox(parameter, value === true, onChange, id);
  const control =
    parameter.kind === "loops"
      ? loopsControl(parameter, /** @type {string[]} */ (value), onChange)
      : ["loop", "buffer", "function", "choice"].includes(parameter.kind)
        ? selectControl(parameter, String(value), onChange, id)
        : textControl(parameter, String(value), onChange, id);
  const label = el(
    "label",
    { for: parameter.kind === "loops" ? null : id, id: `${id}-label` },
    parameter.label,
    parameter.optional && parameter.default === null && el("span", { class: "optional" }, " optional"),
  );
  if (parameter.kind === "loops") control.element.setAttribute("aria-labelledby", `${id}-label`);
  const help = el("small", { id: `${id}-help` }, ...prose(parameter.help));
  control.element.setAttribute("aria-describedby", `${id}-help`);
  return {
    element: el("div", { class: "hx-field" }, label, control.element, control.names, help),
    mark: control.mark,
  };
}

/** @param {Parameter} parameter @param {boolean} value @param {(value: Value) => void} onChange @param {string} id @returns {Field} */
function checkbox(parameter, value, onChange, id) {
  const box = el("input", {
    type: "checkbox",
    id,
    checked: value,
    name: parameter.name,
    onchange: () => onChange(box.checked),
  });
  return {
    element: el(
      "div",
      { class: "hx-field is-check" },
      el("label", { for: id }, box, parameter.label),
      el("small", {}, ...prose(parameter.help)),
    ),
  };
}

/** @param {Parameter} parameter @param {string} value @param {(value: Value) => void} onChange @param {string} id @returns {Field} */
function textControl(parameter, value, onChange, id) {
  // Names that may be typed freely, with those of the program (or the common ones) to choose from.
  const names = el(
    "datalist",
    { id: `${id}-names` },
    ...parameter.choices.map((choice) => el("option", { value: choice })),
  );
  const isNumber = ["integer", "integers", "number"].includes(parameter.kind);
  const input = el("input", {
    id,
    type: "text",
    name: parameter.name,
    autocomplete: "off",
    inputmode: isNumber ? "numeric" : null,
    spellcheck: "false",
    value,
    list: parameter.choices.length ? names.id : null,
    placeholder: parameter.kind === "integers" ? "for example 8, 8" : "",
    oninput: () => onChange(input.value),
  });
  return { element: input, names: parameter.choices.length ? names : undefined };
}

/** @param {Parameter} parameter @param {string} value @param {(value: Value) => void} onChange @param {string} id @returns {Field} */
function selectControl(parameter, value, onChange, id) {
  const select = el("select", {
    id,
    name: parameter.name,
    onchange: () => onChange(select.value),
  });
  if (value === "" || (parameter.optional && parameter.default === null)) {
    select.append(el("option", { value: "" }, "–"));
  }
  for (const choice of parameter.choices) {
    select.append(el("option", { value: choice, selected: choice === value }, choice));
  }
  return {
    element: select,
    mark: (verdicts) => {
      for (const option of select.options) {
        const reason = verdicts[option.value];
        if (reason === undefined) continue;
        option.classList.toggle("is-refused", reason !== null);
        option.textContent = reason === null ? option.value : `${option.value}   ⊘`;
        option.title = reason ?? "";
      }
    },
  };
}

/**
 * All loops as buttons: pressing them gives the order, arrow keys change it.
 * @param {Parameter} parameter @param {string[]} value @param {(value: Value) => void} onChange
 * @returns {Field}
 */
function loopsControl(parameter, value, onChange) {
  const box = el("div", { class: "hx-loops-field", role: "group" });
  let chosen = value;
  /** @type {Record<string, string | null>} */
  let reasons = {};
  /** @param {string[]} next @param {string} loop */
  const set = (next, loop) => {
    chosen = next;
    reasons = {}; // they were about the list as it was
    draw();
    /** @type {HTMLElement | null} */ (
      box.querySelector(`[data-choice="${CSS.escape(loop)}"]`)
    )?.focus();
    onChange(chosen);
  };
  const draw = () =>
    box.replaceChildren(
      ...parameter.choices.map((loop) => {
        const place = chosen.indexOf(loop);
        const reason = place < 0 ? (reasons[loop] ?? null) : null;
        return el(
          "button",
          {
            type: "button",
            "data-choice": loop,
            class: reason === null ? null : "is-refused",
            "aria-pressed": String(place >= 0),
            "aria-label":
              place >= 0 ? `${loop}, place ${place + 1}` : reason ? `${loop}, would be refused` : loop,
            title:
              place >= 0
                ? "Click to take it out; ← and → move it"
                : reason === null
                  ? "Click to put it in at the end"
                  : `Put in at the end: ${reason}`,
            onclick: () => set(toggled(chosen, loop), loop),
            onkeydown: (/** @type {KeyboardEvent} */ event) => {
              const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
              if (!by || place < 0) return;
              event.preventDefault();
              set(moved(chosen, loop, by), loop);
            },
          },
          place >= 0 && el("span", { class: "place" }, String(place + 1)),
          loop,
          reason !== null && el("span", { class: "no", "aria-hidden": "true" }, "⊘"),
        );
      }),
    );
  draw();
  return {
    element: box,
    mark: (verdicts) => {
      reasons = verdicts;
      keepingFocus(box, draw);
    },
  };
}
