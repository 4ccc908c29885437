// The line on top: the kernel, the examples, the device, what is going on, saving.

import { el } from "./dom.js";
import { saveMenu } from "./save.js";

/** @typedef {import("./client.js").Hello} Hello */
/** @typedef {import("./client.js").State} State */

/**
 * @typedef {object} BarHooks
 * @property {(name: string) => void} loadKernel
 * @property {(device: string, clock_mhz: number) => void} setDevice
 * @property {(format: string) => void} save
 */

export class Bar {
  /** @param {Hello} hello @param {BarHooks} hooks */
  constructor(hello, hooks) {
    this.title = el("h2", { class: "title" });
    this.busy = el("span", { class: "hx-busy", role: "status" });
    this.device = el(
      "select",
      { "aria-label": "device", onchange: () => this.#setDevice() },
      ...hello.devices.map((name) => el("option", { value: name }, name)),
    );
    this.clock = el("input", {
      type: "text",
      inputmode: "decimal",
      class: "clock",
      "aria-label": "clock in MHz",
      onchange: () => this.#setDevice(),
    });
    this.hooks = hooks;
    const examples = el(
      "select",
      {
        "aria-label": "load an example kernel",
        "data-action": "load-kernel",
        onchange: () => {
          const name = examples.value;
          examples.value = "";
          hooks.loadKernel(name);
        },
      },
      el("option", { value: "" }, "Examples…"),
      ...kernelGroups(hello.kernels),
    );
    this.element = el(
      "header",
      { class: "hx-bar" },
      this.title,
      hello.kernels.length > 0 && examples,
      el("span", { class: "spring" }),
      this.busy,
      el("label", { class: "device" }, this.device, " at ", this.clock, " MHz"),
      saveMenu(hooks.save),
    );
  }

  #setDevice() {
    this.hooks.setDevice(this.device.value, Number(this.clock.value));
  }

  /** @param {State} state */
  setState(state) {
    this.title.textContent = state.name;
    // A device from a file of the user's own is not in the list.
    if (![...this.device.options].some((option) => option.value === state.device)) {
      this.device.append(el("option", { value: state.device }, state.device));
    }
    this.device.value = state.device;
    this.clock.value = String(state.clock_mhz);
  }

  /** @param {string} text */
  setBusy(text) {
    this.busy.textContent = text;
  }
}

/** The examples under their groups' names. @param {Hello["kernels"]} kernels */
function kernelGroups(kernels) {
  return [...new Set(kernels.map(([, , group]) => group))].map((group) =>
    el(
      "optgroup",
      { label: group },
      ...kernels
        .filter(([, , its]) => its === group)
        .map(([name, summary]) =>
          el("option", { value: name, title: summary }, `${name}: ${summary}`),
        ),
    ),
  );
}
