// The palette: primitives by group, and the form of the chosen one.

import { button, el, keepingFocus, plain, prose } from "./dom.js";
import { field } from "./field.js";
import { argumentsOf, fill, keptValues } from "./form.js";

/** @typedef {import("./client.js").Primitive} Primitive */
/** @typedef {import("./form.js").Subject} Subject */
/** @typedef {import("./form.js").Value} Value */
/** @typedef {import("./client.js").Advice} Advice */

/**
 * @typedef {object} PaletteHooks
 * @property {(primitive: string, args: object) => void} apply
 * @property {(primitive: string, args: object) => Promise<Advice>} advise
 * @property {(subject: Subject) => Promise<Record<string, string | null>>} survey
 */

const PAUSE_MS = 180; // after the last key stroke, before the kernel is asked

export class Palette {
  /** @param {PaletteHooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    /** @type {Primitive[]} */
    this.primitives = [];
    /** @type {string | null} */
    this.chosen = null;
    /** @type {Map<string, Map<string, Value>>} */
    this.values = new Map();
    /** @type {Subject} */
    this.subject = { loop: null, buffer: null };
    /** @type {Record<string, string | null>} */
    this.verdicts = {};
    /** @type {import("./field.js").Field[]} */
    this.fields = [];
    /** @type {string | null} */
    this.filledLast = null;
    this.question = 0;
    /** @type {any} */
    this.timer = null;
    this.filter = el("input", {
      type: "search",
      class: "hx-filter",
      placeholder: "Find a primitive",
      "aria-label": "find a primitive",
      oninput: () => this.#drawGroups(),
    });
    this.groups = el("div", { class: "hx-groups", role: "group", "aria-label": "primitives" });
    this.form = el("form", {
      class: "hx-form",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#submit();
      },
    });
    this.verdict = el("p", { class: "hx-verdict", "aria-live": "polite" });
    this.call = el("pre", { class: "hx-call", title: "What Apply writes into the history" });
    this.messages = el("div", { class: "hx-messages" });
    this.element = el(
      "section",
      { class: "hx-palette", "aria-label": "schedule primitives" },
      el("div", { class: "hx-section-head" }, el("h3", {}, "Schedule"), this.filter),
      el("div", { class: "scroll" }, this.messages, this.groups, this.form),
    );
  }

  /** The program changed. @param {Primitive[]} primitives */
  setPrimitives(primitives) {
    this.primitives = primitives;
    this.#forgetGoneSubjects();
    for (const primitive of primitives) {
      const old = this.values.get(primitive.name);
      this.values.set(primitive.name, keptValues(primitive, old, this.subject));
    }
    if (!primitives.some((primitive) => primitive.name === this.chosen)) this.chosen = null;
    this.#drawGroups();
    this.#drawForm();
    this.#survey();
  }

  #forgetGoneSubjects() {
    for (const kind of /** @type {("loop" | "buffer")[]} */ (["loop", "buffer"])) {
      const name = this.subject[kind];
      const known = this.primitives.some((primitive) =>
        primitive.parameters.some((p) => p.kind === kind && name && p.choices.includes(name)),
      );
      if (!known) this.subject = { ...this.subject, [kind]: null };
    }
  }

  /**
   * A loop or array was picked in the loop tree: it goes into the form, and is where the other
   * forms start.
   * @param {"loop" | "buffer"} kind
   * @param {string} name
   */
  pick(kind, name) {
    this.subject = { ...this.subject, [kind]: name };
    for (const primitive of this.primitives) {
      const values = /** @type {Map<string, Value>} */ (this.values.get(primitive.name));
      if (primitive.name === this.chosen) {
        this.filledLast = fill(primitive, values, kind, name, this.filledLast);
      } else if (!primitive.parameters.some((parameter) => parameter.kind === "loops")) {
        fill(primitive, values, kind, name, null);
      }
    }
    this.#drawForm();
    this.#survey();
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    this.filledLast = null;
    this.messages.replaceChildren();
    this.#drawGroups();
    this.#drawForm();
    this.form.querySelector("select, input, button")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Node[]} nodes */
  showMessages(...nodes) {
    this.messages.replaceChildren(...nodes);
    if (nodes.length) this.messages.parentElement?.scrollTo({ top: 0 });
  }

  get chosenPrimitive() {
    return this.primitives.find((primitive) => primitive.name === this.chosen) ?? null;
  }

  #drawGroups() {
    keepingFocus(this.groups, () => this.#fillGroups());
  }

  #fillGroups() {
    const wanted = this.filter.value.trim().toLowerCase();
    const matching = this.primitives.filter((primitive) =>
      `${primitive.name} ${primitive.group} ${primitive.summary}`.toLowerCase().includes(wanted),
    );
    const names = [...new Set(matching.map((primitive) => primitive.group))];
    this.groups.replaceChildren(
      ...names.map((name) =>
        el(
          "div",
          { class: "hx-group" },
          el("h4", {}, name),
          el(
            "div",
            { class: "chips" },
            ...matching.filter((p) => p.group === name).map((p) => this.#chip(p)),
          ),
        ),
      ),
    );
    if (!names.length) this.groups.append(el("p", { class: "hx-empty" }, "No primitive is called so."));
  }

  /** @param {Primitive} primitive */
  #chip(primitive) {
    const reason = this.verdicts[primitive.name] ?? null;
    return el(
      "button",
      {
        type: "button",
        class: `hx-prim${reason === null ? "" : " is-refused"}`,
        "data-primitive": primitive.name,
        "aria-pressed": String(primitive.name === this.chosen),
        title: reason === null ? plain(primitive.summary) : `${plain(primitive.summary)}\n\nNot here: ${reason}`,
        onclick: () => this.choose(primitive.name),
      },
      primitive.name,
      reason !== null && el("span", { class: "no", "aria-label": "not possible here" }, "⊘"),
    );
  }

  #drawForm() {
    keepingFocus(this.form, () => this.#fillForm());
  }

  #fillForm() {
    const primitive = this.chosenPrimitive;
    clearTimeout(this.timer);
    this.verdict.replaceChildren();
    this.call.replaceChildren();
    if (!primitive) {
      this.fields = [];
      this.form.replaceChildren(
        el(
          "p",
          { class: "hx-empty" },
          "Choose a primitive. A click on a loop or an array in the loop tree puts it into the form.",
        ),
      );
      return;
    }
    const values = /** @type {Map<string, Value>} */ (this.values.get(primitive.name));
    this.fields = primitive.parameters.map((parameter) =>
      field(parameter, values.get(parameter.name) ?? "", (value) => {
        values.set(parameter.name, value);
        this.#ask(PAUSE_MS);
      }),
    );
    this.form.replaceChildren(
      el("p", { class: "what" }, el("code", {}, primitive.name), " ", ...prose(primitive.summary)),
      ...this.fields.map((one) => one.element),
      this.call,
      this.verdict,
      el(
        "div",
        { class: "apply" },
        button("Apply", () => this.#submit(), { class: "is-primary", "data-action": "apply" }),
      ),
      el("p", { class: "law" }, ...prose(primitive.law)),
    );
    this.#ask(0);
  }

  #submit() {
    const primitive = this.chosenPrimitive;
    if (!primitive) return;
    const values = /** @type {Map<string, Value>} */ (this.values.get(primitive.name));
    this.hooks.apply(primitive.name, argumentsOf(primitive, values));
  }

  /** Ask the kernel whether the form as it stands would be taken. @param {number} pause */
  #ask(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#advise(), pause);
  }

  async #advise() {
    const primitive = this.chosenPrimitive;
    if (!primitive) return;
    const args = argumentsOf(primitive, /** @type {any} */ (this.values.get(primitive.name)));
    this.question += 1;
    const question = this.question;
    const advice = await this.hooks.advise(primitive.name, args);
    if (question !== this.question || primitive !== this.chosenPrimitive) return;
    primitive.parameters.forEach((parameter, at) => {
      const verdicts = advice.choices[parameter.name];
      if (verdicts) this.fields[at].mark?.(verdicts);
    });
    this.call.innerHTML = advice.call_html;
    this.#showVerdict(advice);
  }

  /** @param {Advice} advice */
  #showVerdict({ reason, missing }) {
    if (missing.length) {
      this.verdict.className = "hx-verdict";
      this.verdict.title = "";
      this.verdict.replaceChildren(`still to be filled in: ${missing.join(", ")}`);
      return;
    }
    this.verdict.className = `hx-verdict ${reason === null ? "is-legal" : "is-refused"}`;
    this.verdict.title = reason ?? "";
    this.verdict.replaceChildren(
      el("span", { "aria-hidden": "true" }, reason === null ? "✓ " : "⊘ "),
      reason === null ? "can be applied" : reason.split("\n")[0],
    );
  }

  async #survey() {
    const { subject } = this;
    const none = subject.loop === null && subject.buffer === null;
    const verdicts = none ? {} : await this.hooks.survey(subject);
    if (subject !== this.subject) return; // something else was picked meanwhile
    this.verdicts = verdicts;
    this.#drawGroups();
  }
}
