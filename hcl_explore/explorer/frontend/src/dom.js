// Building elements without a framework.

/**
 * Attributes set to `false`, `null` or `undefined` are left out, `true` becomes an empty one;
 * functions under `on…` become listeners.
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  for (const child of children) {
    if (child) element.append(child);
  }
  return element;
}

/**
 * A push button.
 * @param {string} text
 * @param {(event: MouseEvent) => void} onClick
 * @param {Attributes} [attributes]
 */
export function button(text, onClick, attributes = {}) {
  const { class: css, ...others } = attributes;
  return el(
    "button",
    { type: "button", class: `hx-button ${css ?? ""}`.trim(), onclick: onClick, ...others },
    text,
  );
}

/**
 * The nearest element around an event's target that matches.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/** Whether typing goes into this element, so that shortcuts must leave it alone. @param {EventTarget | null} target */
export function takesText(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

const IDENTITIES = ["data-primitive", "data-choice", "data-action", "name"];

/**
 * Draw a part anew without taking the keyboard's focus away from what is in it.
 * @param {HTMLElement} part
 * @param {() => void} draw
 */
export function keepingFocus(part, draw) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const identity = IDENTITIES.find((name) => focused?.hasAttribute(name));
  draw();
  if (!focused || !identity) return;
  const same = part.querySelector(`[${identity}="${CSS.escape(focused.getAttribute(identity) ?? "")}"]`);
  if (same instanceof HTMLElement) same.focus({ preventScroll: true });
}

/**
 * A docstring's sentence, in which names stand between double back quotes.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function prose(text) {
  return text.split("``").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}

/** The same without the quotes, for tooltips. @param {string} text */
export function plain(text) {
  return text.replaceAll("``", "");
}

let counter = 0;

/** An id that no other element of the page has. @param {string} prefix */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}-${Math.random().toString(36).slice(2, 8)}`;
}
