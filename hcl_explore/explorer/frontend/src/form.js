// What a primitive's form holds, apart from how it is drawn. What is typed is not judged here:
// the kernel refuses what does not fit, in words of its own.

/** @typedef {import("./client.js").Parameter} Parameter */
/** @typedef {import("./client.js").Primitive} Primitive */
/** @typedef {string | boolean | string[]} Value what a control holds */
/** @typedef {{ loop: string | null, buffer: string | null }} Subject what was last clicked on */

/**
 * The value a control starts with.
 * @param {Parameter} parameter
 * @param {Subject} subject
 * @param {boolean} first whether it is the form's first control of its kind
 * @returns {Value}
 */
export function initialValue(parameter, subject, first) {
  const { kind, choices } = parameter;
  if (kind === "loops") return [];
  if (kind === "boolean") return parameter.default === true;
  if (kind === "loop" || kind === "buffer") {
    if (!first) return ""; // two loops of one form are hardly ever the same
    const wanted = kind === "loop" ? subject.loop : subject.buffer;
    if (wanted !== null && choices.includes(wanted)) return wanted;
  }
  if (parameter.default !== null && parameter.default !== undefined) {
    return Array.isArray(parameter.default)
      ? parameter.default.join(", ")
      : String(parameter.default);
  }
  return kind === "integer" || kind === "integers" || parameter.optional ? "" : (choices[0] ?? "");
}

/**
 * The value after the program changed: kept where it still can be.
 * @param {Parameter} parameter
 * @param {Value | undefined} value
 * @param {Subject} subject
 * @param {boolean} first
 * @returns {Value}
 */
export function keptValue(parameter, value, subject, first) {
  if (value === undefined) return initialValue(parameter, subject, first);
  if (Array.isArray(value)) return value.filter((item) => parameter.choices.includes(item));
  const chosen = ["loop", "buffer", "function", "choice"].includes(parameter.kind);
  if (chosen && value !== "" && !parameter.choices.includes(String(value))) {
    return initialValue(parameter, subject, first);
  }
  return value;
}

/**
 * The values of a whole form after the program changed.
 * @param {Primitive} primitive
 * @param {Map<string, Value> | undefined} old
 * @param {Subject} subject
 * @returns {Map<string, Value>}
 */
export function keptValues(primitive, old, subject) {
  const kinds = primitive.parameters.map((parameter) => parameter.kind);
  return new Map(
    primitive.parameters.map((parameter, at) => [
      parameter.name,
      keptValue(parameter, old?.get(parameter.name), subject, kinds.indexOf(parameter.kind) === at),
    ]),
  );
}

/**
 * Put what was picked into the form: into its list of loops, else into the control of that kind
 * that was not filled last.
 * @param {Primitive} primitive
 * @param {Map<string, Value>} values changed in place
 * @param {"loop" | "buffer"} kind
 * @param {string} name
 * @param {string | null} filledLast
 * @returns {string | null} the parameter that was filled
 */
export function fill(primitive, values, kind, name, filledLast) {
  const fitting = primitive.parameters.filter((parameter) => parameter.choices.includes(name));
  const list = fitting.find((parameter) => kind === "loop" && parameter.kind === "loops");
  if (list) {
    const chosen = /** @type {string[]} */ (values.get(list.name) ?? []);
    values.set(list.name, toggled(chosen, name));
    return list.name;
  }
  const singles = fitting.filter((parameter) => parameter.kind === kind);
  if (!singles.length) return null;
  const after = singles.findIndex((parameter) => parameter.name === filledLast) + 1;
  const target = singles[after % singles.length];
  values.set(target.name, name);
  return target.name;
}

/**
 * The arguments of a request: typed, and without those left at their default.
 * @param {Primitive} primitive
 * @param {Map<string, Value>} values
 * @returns {Record<string, any>}
 */
export function argumentsOf(primitive, values) {
  /** @type {Record<string, any>} */
  const result = {};
  for (const parameter of primitive.parameters) {
    const value = values.get(parameter.name);
    if (value === undefined || value === "") continue;
    const typed = typedValue(parameter, value);
    if (parameter.optional && sameAsDefault(typed, parameter.default)) continue;
    result[parameter.name] = typed;
  }
  return result;
}

/** @param {Parameter} parameter @param {Value} value */
function typedValue(parameter, value) {
  if (parameter.kind === "integer") return number(String(value));
  if (parameter.kind === "integers") {
    return String(value)
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(number);
  }
  return value;
}

/** Text as an integer, or as it is: then the kernel says what is wrong with it. @param {string} text */
function number(text) {
  const trimmed = text.trim();
  return /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** @param {any} value @param {any} standard */
function sameAsDefault(value, standard) {
  return JSON.stringify(value) === JSON.stringify(standard);
}

/**
 * Put a loop in, or take it out: the order of clicks is the order of the loops.
 * @param {string[]} chosen
 * @param {string} loop
 */
export function toggled(chosen, loop) {
  return chosen.includes(loop) ? chosen.filter((other) => other !== loop) : [...chosen, loop];
}

/**
 * Move a chosen loop by one place.
 * @param {string[]} chosen
 * @param {string} loop
 * @param {-1 | 1} by
 */
export function moved(chosen, loop, by) {
  const from = chosen.indexOf(loop);
  const to = from + by;
  if (from < 0 || to < 0 || to >= chosen.length) return chosen;
  const result = [...chosen];
  result[from] = chosen[to];
  result[to] = loop;
  return result;
}

/**
 * The choice that names a loop or array of the tree, or null where none does.
 * @param {{ key: string, name: string, band?: string }} subject `key` is `function:band.loop`
 * @param {string} top the kernel's own function, whose names need no prefix
 * @param {string[]} choices
 */
export function choiceFor(subject, top, choices) {
  const owner = subject.key.includes(":") ? subject.key.slice(0, subject.key.indexOf(":")) : top;
  const names = subject.band ? [`${subject.band}.${subject.name}`, subject.name] : [subject.name];
  const prefix = owner === top ? "" : `${owner}:`;
  for (const name of [subject.key, ...names.map((name) => prefix + name)]) {
    if (choices.includes(name)) return name;
  }
  const ending = choices.filter(
    (choice) => choice.startsWith(prefix) && choice.endsWith(`.${subject.name}`),
  );
  return ending.length === 1 ? ending[0] : null;
}
