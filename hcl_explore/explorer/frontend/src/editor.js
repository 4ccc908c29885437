// The kernel's editor: CodeMirror with Python, error marks and linked lines.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** @typedef {import("./client.js").Span} Span */

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], class: "t-k" },
  { tag: [tags.number, tags.bool, tags.null], class: "t-n" },
  { tag: [tags.string, tags.special(tags.string)], class: "t-s" },
  { tag: tags.comment, class: "t-c" },
  { tag: tags.definition(tags.function(tags.variableName)), class: "t-f" },
  { tag: tags.typeName, class: "t-t" },
]);

/** @type {import("@codemirror/state").StateEffectType<number | null>} */
const lightLine = StateEffect.define();

const litLine = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(lightLine)) continue;
      const { doc } = transaction.state;
      if (effect.value === null || effect.value < 1 || effect.value > doc.lines) {
        return Decoration.none;
      }
      const place = doc.line(effect.value).from;
      return Decoration.set([Decoration.line({ class: "is-lit" }).range(place)]);
    }
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * @typedef {object} EditorHooks
 * @property {() => void} run
 * @property {(dirty: boolean) => void} dirty
 * @property {(line: number | null) => void} hover the kernel's line under the pointer
 */

export class Editor {
  /** @param {EditorHooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    this.applied = "";
    this.appliedFirstLine = 1;
    this.firstLine = 1; // of the numbers in the margin
    this.numbers = new Compartment();
    this.view = new EditorView({
      state: EditorState.create({
        extensions: [
          this.numbers.of(this.#lineNumbers()),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          indentUnit.of("    "),
          python(),
          syntaxHighlighting(colours),
          litLine,
          keymap.of([
            {
              key: "Mod-Enter",
              run: () => {
                hooks.run();
                return true;
              },
            },
            indentWithTab,
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          EditorView.contentAttributes.of({
            "aria-label": "kernel source",
            "aria-description": "Tab indents. Escape, then Tab, goes on to the next control.",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) this.#onTyped();
          }),
          EditorView.domEventHandlers({
            mousemove: (event) => this.#hover(event),
            mouseleave: () => hooks.hover(null),
          }),
        ],
      }),
    });
  }

  #lineNumbers() {
    return lineNumbers({ formatNumber: (line) => String(line + this.firstLine - 1) });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  get isDirty() {
    return this.text.trimEnd() !== this.applied.trimEnd();
  }

  /**
   * The kernel that the session runs. What is being typed is left alone, unless `replace`.
   * @param {string} text
   * @param {number} firstLine
   * @param {boolean} replace
   */
  setApplied(text, firstLine, replace) {
    this.applied = text;
    this.appliedFirstLine = firstLine;
    if (replace && this.text !== text) {
      this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    }
    this.#onTyped();
  }

  /** Changed text is compiled on its own, so its lines count from 1. */
  #onTyped() {
    const firstLine = this.isDirty ? 1 : this.appliedFirstLine;
    if (firstLine !== this.firstLine) {
      this.firstLine = firstLine;
      this.view.dispatch({ effects: this.numbers.reconfigure(this.#lineNumbers()) });
    }
    this.hooks.dirty(this.isDirty);
  }

  /**
   * Underline what an error points at.
   * @param {Span | null} span in the text as it stands, lines counted as in the margin
   * @param {string} message
   */
  mark(span, message) {
    const { doc } = this.view.state;
    const line = span ? span.line - this.firstLine + 1 : 0;
    if (!span || line < 1 || line > doc.lines) {
      this.view.dispatch(setDiagnostics(this.view.state, []));
      return;
    }
    const { from: start, to: end } = doc.line(line);
    const from = Math.min(start + Math.max(span.column - 1, 0), end);
    const to = span.end_column ? Math.min(start + span.end_column - 1, end) : end;
    this.view.dispatch(
      setDiagnostics(this.view.state, [
        { from, to: Math.max(to, from), severity: "error", message },
      ]),
      { effects: EditorView.scrollIntoView(from) },
    );
  }

  /** @param {number | null} line as the kernel counts */
  light(line) {
    const effect = lightLine.of(line === null ? null : line - this.firstLine + 1);
    this.view.dispatch({ effects: effect });
  }

  /** @param {MouseEvent} event */
  #hover(event) {
    const at = this.view.posAtCoords({ x: event.clientX, y: event.clientY });
    const line = at === null ? null : this.view.state.doc.lineAt(at).number + this.firstLine - 1;
    this.hooks.hover(line);
  }

  dispose() {
    this.view.destroy();
  }
}
