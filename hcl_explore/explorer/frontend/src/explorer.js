// The entry of the widget: anywidget calls `render` for every view.

import { App } from "./app.js";
import { el as make } from "./dom.js";

/**
 * While a kernel answers, the saved page under the widget is hidden: it is there for notebooks
 * without one.
 * @param {string} id
 */
function hidingStyle(id) {
  const saved = `.hclx-saved[data-for="${CSS.escape(id)}"]`;
  return make("style", {}, `${saved}, .jp-OutputArea-child:has(${saved}) { display: none; }`);
}

/** @param {{ model: import("./client.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  el.classList.add("hclx");
  const hiding = hidingStyle(model.get("saved_id"));
  const app = new App(model, el, { onAlive: () => el.append(hiding) });
  return () => {
    hiding.remove();
    app.dispose();
  };
}

export default { render };
