// The explorer: what the kernel says, put into the parts of the widget, and back.

import { Bar } from "./bar.js";
import { PaneCache } from "./cache.js";
import { Client, RequestError } from "./client.js";
import { button, closest, el, prose } from "./dom.js";
import { Editor } from "./editor.js";
import { choiceFor } from "./form.js";
import { Links } from "./links.js";
import { errorBox } from "./message.js";
import { Palette } from "./palette.js";
import { download } from "./save.js";
import { changedDepths, watchSimulation } from "./simulation.js";
import { Steps } from "./steps.js";
import { watchTimeline } from "./timeline.js";
import { View } from "./view.js";

/** @typedef {import("./client.js").Hello} Hello */
/** @typedef {import("./client.js").State} State */
/** @typedef {import("./client.js").ErrorMessage} ErrorMessage */

/**
 * JupyterLab's one-letter commands (`d d` deletes the cell) must not fire while something in here
 * has the focus. It looks for this mark from the focused element outwards, so that element itself
 * must carry it.
 * @param {FocusEvent} event
 */
function suppressShortcuts(event) {
  if (event.target instanceof Element) {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  }
}

const FIRST_PANE = "ir-diff";
const WHOLE_SESSION = new Set(["roofline", "metrics", "graph"]);
const SHOW_BUSY_AFTER_MS = 250;
const SAY_WAITING_AFTER_MS = 3_000;

export class App {
  /**
   * @param {import("./client.js").Model} model
   * @param {HTMLElement} root
   * @param {{ onAlive: () => void }} hooks told when a kernel has answered
   */
  constructor(model, root, hooks) {
    this.root = root;
    this.client = new Client(model, (event) => this.#onEvent(event));
    this.cache = new PaneCache();
    /** The step looked at; null while it is the one that the program is at. @type {number | null} */
    this.looking = null;
    this.running = 0;
    root.replaceChildren(el("p", { class: "hx-empty" }, "Waiting for the kernel…"));
    this.client
      .request("hello", { pane: FIRST_PANE })
      .then((hello) => {
        this.#build(hello);
        hooks.onAlive();
      })
      .catch((error) => this.#giveUp(error));
  }

  /** @param {unknown} error */
  #giveUp(error) {
    const text = error instanceof Error ? error.message : String(error);
    this.root.replaceChildren(el("p", { class: "hx-empty hx-failed", role: "alert" }, text));
  }

  dispose() {
    this.client.dispose();
    this.editor?.dispose();
  }

  /** @param {Hello} hello */
  #build(hello) {
    this.bar = new Bar(hello, {
      loadKernel: (name) => this.#loadKernel(name),
      setDevice: (device, clock_mhz) =>
        this.#act("set_device", { device, clock_mhz }).then((done) => {
          if (!done && this.state) this.bar?.setState(this.state);
        }),
      save: async (format) => {
        const file = await this.#act("export", { format });
        if (file) download(file);
      },
    });
    this.view = new View(
      hello.panes,
      (step, pane) => this.#loadPane(step, pane),
      () => this.#onPaneShown(),
    );
    this.steps = new Steps(
      (step) => this.#show(step),
      (index) => this.#act("remove", { index }),
    );
    this.palette = new Palette({
      apply: (primitive, args) => this.#apply(primitive, args, {}),
      advise: (primitive, args) => this.client.request("advise", { primitive, arguments: args }),
      survey: (subject) => this.client.request("survey", subject),
    });
    this.editor = new Editor({
      run: () => this.#edit(),
      dirty: (dirty) => this.#showDirty(dirty),
      hover: (line) => this.links?.light(line),
    });
    this.run = button("Run", () => this.#edit(), {
      class: "is-primary",
      title: "Compile the kernel and apply the steps again (Ctrl+Enter)",
      "data-action": "run",
    });
    this.revert = button("Revert", () => this.#revert(), {
      title: "Back to the kernel that the session runs",
    });
    this.dirty = el("span", { class: "hx-dirty", role: "status" });
    this.kernelMessages = el("div", { class: "hx-messages" });
    this.offer = el("div", { class: "hx-offer" });
    this.undo = button("Undo", () => this.#act("undo"), { "data-action": "undo" });
    this.redo = button("Redo", () => this.#act("redo"), { "data-action": "redo" });
    const app = el(
      "div",
      { class: "hx-app", onfocusin: suppressShortcuts },
      this.bar.element,
      el(
        "div",
        { class: "hx-main" },
        el(
          "div",
          { class: "hx-left" },
          el(
            "section",
            { class: "hx-kernel", "aria-label": "kernel" },
            el(
              "div",
              { class: "hx-section-head" },
              el("h3", {}, "Kernel"),
              this.dirty,
              this.revert,
              this.run,
            ),
            el("div", { class: "scroll" }, this.editor.view.dom),
            this.kernelMessages,
          ),
          this.palette.element,
        ),
        el(
          "section",
          { class: "hx-history", "aria-label": "steps" },
          el("div", { class: "hx-section-head" }, el("h3", {}, "Steps"), this.undo, this.redo),
          this.steps.scroll,
          this.offer,
        ),
        this.view.element,
      ),
    );
    this.links = new Links(app, {
      onLine: (line) => this.editor?.light(line),
      onStatus: (text) => {
        if (this.view) this.view.status.textContent = text;
      },
    });
    watchTimeline(app);
    watchSimulation(app);
    app.addEventListener("click", (event) => this.#onClick(event));
    app.addEventListener("change", (event) => this.#onChange(event));
    app.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && closest(event, ".pt[data-step]")) {
        event.preventDefault();
        this.#onClick(event);
      }
    });
    this.root.replaceChildren(app);
    this.#setState(hello.state, hello.pane);
  }

  // --- from the kernel ------------------------------------------------------------------------

  /** @param {import("./client.js").KernelEvent} event */
  #onEvent(event) {
    if (!this.view) return; // the answer to `hello` will bring it all
    if (event.kind === "state") this.#setState(event.state, event.pane);
    else this.steps?.setBadge(event.step, event.html);
  }

  /** @param {State} state @param {import("./client.js").PaneMessage | null} pane */
  #setState(state, pane) {
    const { editor, bar, palette, undo, redo } = this;
    if (!editor || !bar || !palette || !undo || !redo) return;
    const untouched = !this.state || !editor.isDirty || editor.text === state.kernel;
    this.state = state;
    this.looking = null;
    if (pane) this.cache.set(this.#key(pane.step, pane.pane), pane.pane, pane.html);
    bar.setState(state);
    editor.setApplied(state.kernel, state.kernel_first_line, untouched);
    palette.setPrimitives(state.palette);
    undo.disabled = state.position === 0;
    redo.disabled = state.redo === 0;
    this.steps?.setHtml(state.history, state.position);
    this.#showOffer(state.offer);
    this.#show(state.position);
  }

  /** The schedule that the example comes with. @param {State["offer"]} offer */
  #showOffer(offer) {
    this.offer?.replaceChildren(
      ...(offer
        ? [
            el("p", {}, "This example comes with a schedule. ", ...prose(offer.remark)),
            button(`Apply its ${offer.steps} steps`, () => this.#act("apply_example_schedule"), {
              "data-action": "apply-example-schedule",
            }),
          ]
        : []),
    );
  }

  /**
   * What a pane's HTML depends on: most on the steps up to it, some also on what was measured,
   * simulated or loaded.
   * @param {number} step
   * @param {string} pane
   */
  #key(step, pane) {
    const state = /** @type {State} */ (this.state);
    return WHOLE_SESSION.has(pane) ? `${state.key}:${step}` : state.steps[step].key;
  }

  /** @param {number} step @param {string} pane */
  async #loadPane(step, pane) {
    const key = this.#key(step, pane);
    const known = this.cache.get(key, pane);
    if (known !== undefined) return known;
    const { html } = await this.client.request("pane", { step, pane });
    this.cache.set(key, pane, html);
    return html;
  }

  // --- showing --------------------------------------------------------------------------------

  /** Look at a step; the program stays where it is. @param {number} step */
  #show(step) {
    const { state, view } = this;
    if (!state || !view || !state.steps[step]) return;
    this.looking = step === state.position ? null : step;
    this.steps?.mark(step);
    const notes = [];
    if (this.looking !== null) {
      notes.push(
        el("span", { class: "away" }, `The program is at step ${state.position}.`),
        button("Show it", () => this.#show(state.position), { class: "is-small" }),
        button("Go on from here", () => this.#act("goto", { position: step }), {
          class: "is-small",
          title: "Undo or redo until this step is the last one applied",
          "data-action": "goto",
        }),
      );
    }
    const { call, explanation } = state.steps[step];
    view.show({ step, call, explanation }, notes);
  }

  #onPaneShown() {
    this.links?.refresh();
    this.#markChosen();
  }

  /** @param {Event} event */
  #onClick(event) {
    const point = closest(event, ".pt[data-step]");
    if (point) this.#show(Number(point.dataset.step));
    const subject = closest(event, "[data-loop], [data-buffer]");
    if (subject) this.#pick(subject);
    const measure = closest(event, "[data-measure]");
    if (measure) this.#measure(measure.dataset.measure === "all");
    const simulate = closest(event, "[data-simulate]");
    if (simulate) this.#simulate({}, simulate.dataset.simulate === "smallest");
  }

  /** Another depth was typed in: the run with it takes the place of the one shown. @param {HTMLElement} table */
  #simulateChanged(table) {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (
      table.querySelectorAll("input[data-fifo]")
    );
    this.#simulate(changedDepths(inputs, JSON.parse(table.dataset.depths ?? "{}")), false);
  }

  /**
   * Simulate the shown step.
   * @param {Record<string, number | string>} depths those that are not the declared ones
   * @param {boolean} smallest find the smallest ones instead
   */
  async #simulate(depths, smallest) {
    const { state } = this;
    if (!state) return;
    const step = this.looking ?? state.position;
    this.view?.chooseVariant("run");
    if (await this.#act("simulate", { step, depths, smallest }, this.#onlyErrors)) this.#show(step);
  }

  /** Run the kernel on the machine's processor; the roofline then shows how fast it was. @param {boolean} all */
  async #measure(all) {
    const { state } = this;
    if (!state) return;
    const shown = this.looking ?? state.position;
    const steps = all ? [...state.steps.keys()].slice(0, state.position + 1) : [shown];
    if (await this.#act("measure", { steps }, this.#onlyErrors)) this.#show(shown);
  }

  /** A FIFO's depth was typed in; or a synthesis report was chosen, whose text goes to the kernel, wherever that runs. @param {Event} event */
  async #onChange(event) {
    const run = closest(event, "[data-fifo]") ? closest(event, ".hx-sim") : null;
    if (run) this.#simulateChanged(run);
    const input = /** @type {HTMLInputElement | null} */ (closest(event, "[data-load-report]"));
    const file = input?.files?.[0];
    if (!input || !file) return;
    const text = await file.text();
    input.value = "";
    await this.#act("load_report", { name: file.name, text });
  }

  /** A loop or array of the tree goes into the palette. @param {HTMLElement} subject */
  #pick(subject) {
    const { state, palette } = this;
    if (!state || !palette) return;
    const kind = subject.dataset.loop !== undefined ? "loop" : "buffer";
    const choices = state.palette
      .flatMap((primitive) => primitive.parameters)
      .find((parameter) => parameter.kind === kind)?.choices;
    const choice = choiceFor(
      {
        key: subject.dataset.loop ?? subject.dataset.buffer ?? "",
        name: subject.dataset.name ?? "",
        band: subject.dataset.band,
      },
      state.name,
      choices ?? [],
    );
    if (choice === null) return;
    this.picked = subject.dataset.loop ?? subject.dataset.buffer;
    this.#markChosen();
    palette.pick(kind, choice);
  }

  #markChosen() {
    for (const element of this.root.querySelectorAll("[data-loop], [data-buffer]")) {
      const { loop, buffer } = /** @type {HTMLElement} */ (element).dataset;
      element.classList.toggle("is-chosen", (loop ?? buffer) === this.picked);
    }
  }

  /** @param {boolean} dirty */
  #showDirty(dirty) {
    if (!this.dirty || !this.revert || !this.run) return;
    this.dirty.textContent = dirty ? "not run yet" : "";
    this.revert.hidden = !dirty;
    this.run.disabled = !dirty;
  }

  // --- acting ---------------------------------------------------------------------------------

  /**
   * A request that changes something; errors go where `show` puts them, by default beside the
   * palette. The answer, `true` for an empty one, or null after an error.
   * @param {string} method
   * @param {object} [params]
   * @param {(error: ErrorMessage | null) => void} [show]
   */
  async #act(method, params = {}, show = (error) => this.#showError(error, [])) {
    this.running += 1;
    const timers = [
      setTimeout(() => this.bar?.setBusy("Working…"), SHOW_BUSY_AFTER_MS),
      setTimeout(
        () => this.bar?.setBusy("Waiting for the kernel, which may be running another cell…"),
        SAY_WAITING_AFTER_MS,
      ),
    ];
    try {
      const result = await this.client.request(method, params);
      show(null);
      return result ?? true;
    } catch (error) {
      show(
        error instanceof RequestError
          ? error.details
          : { title: "No answer", text: String(error), span: null, remedy: null },
      );
      return null;
    } finally {
      timers.forEach(clearTimeout);
      this.running -= 1;
      if (this.running === 0) this.bar?.setBusy("");
    }
  }

  /** For what may take long: its success must not take away a message that came meanwhile. */
  #onlyErrors = (/** @type {ErrorMessage | null} */ error) => {
    if (error) this.#showError(error, []);
  };

  /** @param {string} primitive @param {object} args @param {object} leave */
  #apply(primitive, args, leave) {
    const params = { primitive, arguments: args, ...leave };
    return this.#act("apply", params, (error) => {
      /** @type {{ label: string, title: string, act: () => void }[]} */
      const remedies = [];
      if (error?.remedy === "reassociate") {
        remedies.push({
          label: "Apply, accept other rounding",
          title: "The order of a floating-point accumulation changes; the step will say so",
          act: () => this.#apply(primitive, args, { reassociate: true }),
        });
      } else if (error?.remedy === "unchecked") {
        remedies.push({
          label: "Apply unchecked",
          title: "The result may be wrong; the step will be marked",
          act: () => this.#apply(primitive, args, { unchecked: true }),
        });
      }
      this.#showError(error, remedies);
    });
  }

  /** @param {ErrorMessage | null} error @param {{ label: string, title: string, act: () => void }[]} remedies */
  #showError(error, remedies) {
    const close = () => this.palette?.showMessages();
    if (error) this.palette?.showMessages(errorBox(error, remedies, close));
    else close();
  }

  #edit() {
    const { editor } = this;
    if (!editor) return;
    this.#act("edit", { text: editor.text }, (error) => this.#showKernelError(error));
  }

  /** @param {ErrorMessage | null} error */
  #showKernelError(error) {
    const clear = () => {
      this.kernelMessages?.replaceChildren();
      this.editor?.mark(null, "");
    };
    clear();
    if (!error) return;
    this.editor?.mark(error.span, error.text.split("\n")[0]);
    this.kernelMessages?.replaceChildren(errorBox(error, [], clear));
  }

  #revert() {
    const { editor, state } = this;
    if (!editor || !state) return;
    editor.setApplied(state.kernel, state.kernel_first_line, true);
    this.#showKernelError(null);
  }

  /** @param {string} name */
  #loadKernel(name) {
    const { state, palette, editor } = this;
    if (!name || !state || !palette || !editor) return;
    const load = async () => {
      palette.showMessages();
      if (await this.#act("load_kernel", { name })) this.#revert();
    };
    const lost = state.steps.length > 1 || editor.isDirty;
    if (!lost) {
      load();
      return;
    }
    palette.showMessages(
      errorBox(
        {
          title: `Load ${name}?`,
          text: "The kernel and the steps of this session will be replaced.",
          span: null,
          remedy: null,
        },
        [{ label: "Replace", title: "Start over with the example", act: load }],
        () => palette.showMessages(),
      ),
    );
  }
}
