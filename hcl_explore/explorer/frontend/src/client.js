// Requests to the kernel and what comes back. The messages are declared in `protocol.py`; the
// types below are the same, as far as the browser reads them.

/** @typedef {{ line: number, column: number, end_column: number | null }} Span */
/** @typedef {{ title: string, text: string, span: Span | null, remedy: "unchecked" | "reassociate" | null }} ErrorMessage */
/** @typedef {{ name: string, kind: string, label: string, help: string, choices: string[], optional: boolean, default: any }} Parameter */
/** @typedef {{ name: string, group: string, summary: string, law: string, parameters: Parameter[] }} Primitive */
/**
 * @typedef {object} State
 * @property {string} key
 * @property {string} name
 * @property {string} filename
 * @property {string} kernel
 * @property {number} kernel_first_line
 * @property {string} device
 * @property {number} clock_mhz
 * @property {number} position
 * @property {number} redo
 * @property {{ key: string, call: string, explanation: string }[]} steps
 * @property {string} history
 * @property {Primitive[]} palette
 * @property {{ steps: number, remark: string } | null} offer
 */
/** @typedef {{ step: number, pane: string, html: string }} PaneMessage */
/** @typedef {{ reason: string | null, missing: string[], call_html: string, choices: Record<string, Record<string, string | null>> }} Advice */
/**
 * @typedef {object} Hello
 * @property {State} state
 * @property {PaneMessage} pane
 * @property {import("./tabs.js").PaneInfo[]} panes
 * @property {[string, string, string][]} kernels
 * @property {string[]} devices
 */
/** @typedef {{ kind: "state", state: State, pane: PaneMessage | null } | { kind: "badge", step: number, html: string }} KernelEvent */

/**
 * What the client needs of anywidget's model.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(message: object) => void} send
 * @property {(name: string, callback: (message: any) => void) => void} on
 * @property {(name: string, callback: (message: any) => void) => void} off
 */

/** A request that the kernel answered with an error. */
export class RequestError extends Error {
  /** @param {ErrorMessage} details */
  constructor(details) {
    super(details.text);
    this.details = details;
  }
}

export class Client {
  /**
   * @param {Model} model
   * @param {(event: KernelEvent) => void} onEvent
   * @param {{ timeout_ms?: number }} [options] after how long an unanswered request is given up
   */
  constructor(model, onEvent, { timeout_ms = 120_000 } = {}) {
    this.model = model;
    this.onEvent = onEvent;
    this.timeout_ms = timeout_ms;
    // Several views share one model: the prefix tells whose answer it is.
    this.prefix = Math.random().toString(36).slice(2);
    this.counter = 0;
    /** @type {Map<string, { resolve: (result: any) => void, reject: (error: Error) => void, timer: any }>} */
    this.pending = new Map();
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>}
   */
  request(method, params = {}) {
    this.counter += 1;
    const id = `${this.prefix}:${this.counter}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(
          new Error(
            "The kernel does not answer. It may be busy with another cell, or it was restarted: " +
              "then run the cell again.",
          ),
        );
      }, this.timeout_ms);
      this.pending.set(id, { resolve, reject, timer });
      this.model.send({ kind: "request", id, method, params });
    });
  }

  /** @param {any} message */
  receive(message) {
    if (message.kind !== "response") {
      this.onEvent(message);
      return;
    }
    const waiting = this.pending.get(message.id);
    if (!waiting) return;
    this.pending.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.error) waiting.reject(new RequestError(message.error));
    else waiting.resolve(message.result);
  }

  dispose() {
    this.model.off("msg:custom", this.receive);
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }
}
