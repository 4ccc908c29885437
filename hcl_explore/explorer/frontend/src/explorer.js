// The entry of the widget: anywidget calls `render` for every view.

import { App } from "./app.js";

/** @param {{ model: import("./client.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  el.classList.add("hclx");
  const app = new App(model, el);
  return () => app.dispose();
}

export default { render };
