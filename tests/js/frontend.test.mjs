// The browser half where it can be tested without a browser: `node --test tests/js/`.

import assert from "node:assert/strict";
import { test } from "node:test";

const src = "../../hcl_explore/explorer/frontend/src";
const { PaneCache } = await import(`${src}/cache.js`);
const { Client, RequestError } = await import(`${src}/client.js`);
const form = await import(`${src}/form.js`);
const { describe: describeLink } = await import(`${src}/links.js`);
const { splitMessage } = await import(`${src}/message.js`);
const { neighbour } = await import(`${src}/tabs.js`);
const simulation = await import(`${src}/simulation.js`);
const timeline = await import(`${src}/timeline.js`);

/** A model as anywidget gives it; `deliver` is the kernel speaking. */
function fakeModel() {
  const listeners = new Set();
  return {
    sent: [],
    send(message) {
      this.sent.push(message);
    },
    on: (_, callback) => listeners.add(callback),
    off: (_, callback) => listeners.delete(callback),
    deliver: (message) => [...listeners].forEach((listener) => listener(message)),
    listeners,
  };
}

const parameter = (name, kind, extra = {}) => ({
  name,
  kind,
  label: name,
  help: "",
  choices: [],
  optional: false,
  default: null,
  ...extra,
});

// --- client -----------------------------------------------------------------------------------

test("an answer goes to the request that asked", async () => {
  const model = fakeModel();
  const client = new Client(model, () => {});
  const first = client.request("pane", { step: 1 });
  const second = client.request("pane", { step: 2 });
  assert.deepEqual(
    model.sent.map(({ kind, method, params }) => [kind, method, params.step]),
    [
      ["request", "pane", 1],
      ["request", "pane", 2],
    ],
  );
  model.deliver({ kind: "response", id: model.sent[1].id, result: "two" });
  model.deliver({ kind: "response", id: model.sent[0].id, result: "one" });
  assert.equal(await first, "one");
  assert.equal(await second, "two");
});

test("two views of one model do not take each other's answers", async () => {
  const model = fakeModel();
  const one = new Client(model, () => {});
  const two = new Client(model, () => {});
  const asked = one.request("undo");
  two.request("undo").catch(() => {});
  model.deliver({ kind: "response", id: model.sent[0].id, result: 7 });
  assert.equal(await asked, 7);
  assert.equal(two.pending.size, 1);
  two.dispose();
});

test("an error comes back as a RequestError with its details", async () => {
  const model = fakeModel();
  const client = new Client(model, () => {});
  const asked = client.request("apply");
  const error = { title: "Refused", text: "no", span: null, remedy: "unchecked" };
  model.deliver({ kind: "response", id: model.sent[0].id, error });
  await assert.rejects(asked, (thrown) => thrown instanceof RequestError && thrown.details === error);
});

test("everything else is an event", () => {
  const model = fakeModel();
  const events = [];
  new Client(model, (event) => events.push(event));
  model.deliver({ kind: "badge", step: 2, html: "x" });
  assert.deepEqual(events, [{ kind: "badge", step: 2, html: "x" }]);
});

test("a kernel that does not answer is given up with an explanation", async () => {
  const client = new Client(fakeModel(), () => {}, { timeout_ms: 5 });
  await assert.rejects(client.request("hello"), /kernel does not answer/);
  assert.equal(client.pending.size, 0);
});

test("a disposed client listens no more", () => {
  const model = fakeModel();
  const client = new Client(model, () => {});
  client.dispose();
  assert.equal(model.listeners.size, 0);
});

// --- forms ------------------------------------------------------------------------------------

const split = {
  name: "split",
  group: "Loops",
  summary: "",
  law: "",
  parameters: [
    parameter("axis", "loop", { choices: ["i", "j"] }),
    parameter("factor", "integer"),
    parameter("sizes", "integers", { optional: true, default: [] }),
    parameter("rewind", "boolean", { optional: true, default: false }),
  ],
};

test("a control starts with the loop in hand, the default, or the first choice", () => {
  const [axis, factor, , rewind] = split.parameters;
  const nobody = { loop: null, buffer: null };
  assert.equal(form.initialValue(axis, { loop: "j", buffer: null }, true), "j");
  assert.equal(form.initialValue(axis, { loop: "gone", buffer: null }, true), "i");
  assert.equal(form.initialValue(axis, { loop: "j", buffer: null }, false), "");
  assert.equal(form.initialValue(factor, nobody, true), "");
  assert.equal(form.initialValue(rewind, nobody, true), false);
  const ii = parameter("initiation_interval", "integer", { optional: true, default: 1 });
  assert.equal(form.initialValue(ii, nobody, true), "1");
});

test("values stay while they can when the program changes", () => {
  const nobody = { loop: null, buffer: null };
  const axis = parameter("axis", "loop", { choices: ["k.outer", "k.inner"] });
  assert.equal(form.keptValue(axis, "k.inner", nobody, true), "k.inner");
  assert.equal(form.keptValue(axis, "k", nobody, true), "k.outer");
  const axes = parameter("axes", "loops", { choices: ["i", "k.outer"] });
  assert.deepEqual(form.keptValue(axes, ["k", "i"], nobody, true), ["i"]);
  assert.equal(form.keptValue(parameter("factor", "integer"), "16", nobody, true), "16");
});

test("picked loops go from one control to the next, or into the list", () => {
  const choices = ["i", "j", "k"];
  const merge = {
    name: "merge",
    parameters: [
      parameter("first", "loop", { choices }),
      parameter("second", "loop", { choices }),
      parameter("target", "buffer", { choices: ["A"] }),
    ],
  };
  const values = form.keptValues(merge, undefined, { loop: "k", buffer: null });
  assert.deepEqual([...values.values()], ["k", "", "A"]);
  let last = form.fill(merge, values, "loop", "i", null);
  last = form.fill(merge, values, "loop", "j", last);
  assert.deepEqual([...values.values()], ["i", "j", "A"]);
  last = form.fill(merge, values, "loop", "k", last);
  assert.deepEqual([...values.values()], ["k", "j", "A"]);
  assert.equal(form.fill(merge, values, "loop", "z", last), null);
  const reorder = { name: "reorder", parameters: [parameter("axes", "loops", { choices })] };
  const order = form.keptValues(reorder, undefined, { loop: null, buffer: null });
  for (const loop of ["j", "i"]) form.fill(reorder, order, "loop", loop, null);
  assert.deepEqual(order.get("axes"), ["j", "i"]);
});

test("arguments are typed, and those at their default left out", () => {
  const values = new Map([
    ["axis", "i"],
    ["factor", " 8 "],
    ["sizes", "4, 2 1"],
    ["rewind", false],
  ]);
  assert.deepEqual(form.argumentsOf(split, values), { axis: "i", factor: 8, sizes: [4, 2, 1] });
});

test("what is no integer goes to the kernel as it is, to be refused there", () => {
  for (const text of ["1.5", "abc", "1e3", "0x10", "--1"]) {
    const values = new Map([
      ["axis", "i"],
      ["factor", text],
    ]);
    assert.equal(form.argumentsOf(split, values).factor, text);
  }
  assert.equal(form.argumentsOf(split, new Map([["factor", "-3"]])).factor, -3);
});

test("the order of clicks is the order of the loops", () => {
  let chosen = [];
  for (const loop of ["k", "i", "j", "i"]) chosen = form.toggled(chosen, loop);
  assert.deepEqual(chosen, ["k", "j"]);
  assert.deepEqual(form.moved(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(form.moved(["a", "b"], "b", 1), ["a", "b"]);
  assert.deepEqual(form.moved(["a", "b"], "z", 1), ["a", "b"]);
});

test("a loop of the tree finds its name in the lists", () => {
  const mm = { key: "gemm:mm.k.outer", name: "k.outer", band: "mm" };
  assert.equal(form.choiceFor(mm, "gemm", ["i", "k.outer"]), "k.outer");
  assert.equal(form.choiceFor(mm, "gemm", ["init.k.outer", "mm.k.outer"]), "mm.k.outer");
  assert.equal(form.choiceFor(mm, "gemm", ["stage.k.outer"]), "stage.k.outer");
  assert.equal(form.choiceFor(mm, "gemm", ["i", "j"]), null);
  const callee = { key: "scale:S_i_0.i", name: "i", band: "S_i_0" };
  assert.equal(form.choiceFor(callee, "gemm", ["i", "scale:i"]), "scale:i");
  assert.equal(form.choiceFor(callee, "gemm", ["i"]), null);
  assert.equal(form.choiceFor({ key: "gemm:A", name: "A" }, "gemm", ["A", "B"]), "A");
});

// --- the rest ---------------------------------------------------------------------------------

test("the cache drops what was not used for longest", () => {
  const cache = new PaneCache(2);
  cache.set("a", "tree", "1");
  cache.set("b", "tree", "2");
  assert.equal(cache.get("a", "tree"), "1");
  cache.set("c", "tree", "3");
  assert.equal(cache.get("b", "tree"), undefined);
  assert.equal(cache.get("a", "tree"), "1");
  assert.equal(cache.get("a", "graph"), undefined);
});

test("a caret keeps its column: it and the line above do not wrap", () => {
  const text = "unknown type\n  k.py:2\n    B: float33[4]\n       ^^^^^^^\nDid you mean 'float32'?";
  assert.deepEqual(splitMessage(text), [
    { fixed: false, lines: ["unknown type", "  k.py:2"] },
    { fixed: true, lines: ["    B: float33[4]", "       ^^^^^^^"] },
    { fixed: false, lines: ["Did you mean 'float32'?"] },
  ]);
});

test("arrow keys go round the tabs", () => {
  const ids = ["a", "b", "c"];
  assert.equal(neighbour(ids, "c", "ArrowRight"), "a");
  assert.equal(neighbour(ids, "a", "ArrowLeft"), "c");
  assert.equal(neighbour(ids, "b", "Home"), "a");
  assert.equal(neighbour(ids, "b", "End"), "c");
  assert.equal(neighbour(ids, "b", "x"), null);
});

test("the status line tells what is under the pointer", () => {
  const loop = { dataset: { name: "k.inner" }, getAttribute: () => "was mm.k before step 1" };
  assert.equal(describeLink(loop, 6), "k.inner: was mm.k before step 1 · kernel line 6");
  assert.equal(describeLink(null, 6), "kernel line 6");
  assert.equal(describeLink(null, null), "");
});

// --- timeline ---------------------------------------------------------------------------------

test("ticks are the round numbers of the range, as Python draws them", () => {
  assert.deepEqual(timeline.ticks(0, 5), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(timeline.ticks(0, 159385), [0, 50000, 100000, 150000]);
  assert.deepEqual(timeline.ticks(16388.5, 16402.5), [16390, 16395, 16400]);
});

test("zoomed in, ticks keep the digits in which they differ", () => {
  assert.equal(timeline.shortCount(16_800_000, 1_000_000), "16.8 M");
  assert.equal(timeline.shortCount(16_390, 5), "16,390");
});

test("a span gets a little room, inside the run", () => {
  assert.deepEqual(timeline.rangeAround(0, 100, 1000), [0, 103]);
  assert.deepEqual(timeline.rangeAround(10, 10, 1000), [9.5, 10.5]);
  assert.deepEqual(timeline.rangeAround(0, 1000, 1000), [0, 1000]);
});

// --- simulation -------------------------------------------------------------------------------

test("a FIFO's fill follows its puts and gets", () => {
  const puts = [2, 3, 9];
  const gets = [8, 14, 20];
  assert.deepEqual(
    [0, 2, 3, 7, 8, 9, 14, 20].map((cycle) => simulation.fillAt(puts, gets, cycle)),
    [0, 1, 2, 2, 1, 2, 1, 0],
  );
});

test("only depths that were changed are sent; what is no number the kernel refuses", () => {
  const input = (fifo, depth, value) => ({ value, dataset: { fifo, depth } });
  assert.deepEqual(
    simulation.changedDepths([input("a", "2", "2"), input("b", "2", " 8 "), input("c", "2", "x")]),
    { b: 8, c: "x" },
  );
  const known = { a: 3, b: 1 };
  assert.deepEqual(simulation.changedDepths([input("a", "3", "4"), input("b", "1", "1")], known), {
    a: 4,
    b: 1,
  });
  const array = [input("xs", "", "5"), input("xs[0]", "2", "2"), input("xs[1]", "8", "8")];
  assert.deepEqual(simulation.changedDepths(array, { "xs[1]": 8, "xsy[1]": 3 }), { xs: 5, "xsy[1]": 3 });
  array[2] = input("xs[1]", "8", "9");
  assert.deepEqual(simulation.changedDepths(array), { xs: 5, "xs[1]": 9 });
});
