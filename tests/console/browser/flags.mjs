// The flags of a prompt, and code that carries a prompt, without a browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { codeFor } from "../../../src/console/web/src/code.js";
import { listOf, promptsOf } from "../../../src/console/web/src/batch.js";
import { bodyFor, formOf, missingIn, shapeOf } from "../../../src/console/web/src/native.js";
import { election, patience, silence } from "../../../src/console/web/src/election.js";
import { intentKey, isEcho, isSecondClick,
  oneAtATime } from "../../../src/console/web/src/intent.js";
import { eventReader } from "../../../src/console/web/src/sse.js";
import * as flags from "../../../src/console/web/src/flags.js";

const names = (prompt) => flags.flagsOf(prompt).map(({ name, value }) => [name, value]);

assert.deepEqual(names("a fox --ar 16:9 in snow --no fog, text --v 6.1 --fast"),
  [["ar", "16:9"], ["no", "fog, text"], ["version", "6.1"], ["fast", ""]]);
assert.deepEqual(names("— no flag --q 2 —ar 1:1"), [["quality", "2"], ["ar", "1:1"]]);
assert.deepEqual(names("--niji cat"), [["niji", ""]]);
assert.equal(flags.flagsOf("a --wat 7")[0].known, false);
assert.equal(flags.textOf("a fox --ar 16:9 in snow"), "a fox in snow");
assert.equal(flags.withFlag("a --ar 1:1 b", "ar", "3:2"), "a b --ar 3:2");
assert.equal(flags.withFlag("a --v 5", "version", null), "a");
assert.equal(flags.withFlag("a --fast", "turbo", ""), "a --turbo");
assert.equal(flags.withFlag("", "seed", "7"), "--seed 7");
assert.equal(flags.ratioOf("x --ar 16:9"), 16 / 9);
assert.equal(flags.ratioOf("x --ar 0:0"), 1);
assert.deepEqual(flags.permutations("{red, blue} {cat, dog}"),
  ["red cat", "red dog", "blue cat", "blue dog"]);
assert.deepEqual(flags.permutations("a {b, {c, d}}"), ["a b", "a c", "a d"]);
assert.deepEqual(flags.permutations("a \\{b}"), ["a \\{b}"]);
assert.deepEqual(flags.permutations("open {a"), ["open {a"]);
assert.equal(flags.permutations("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", 50).length, 50);

// Lists: a line each, or a column of a table; too many are cut and said to be.
assert.deepEqual(listOf("a fox, red\r\n\n  a cat  \n"), ["a fox, red", "a cat"]);
assert.deepEqual(listOf('id,prompt\n1,"a fox, red"\n2,a cat'), ["a fox, red", "a cat"]);
assert.deepEqual(listOf('"a ""big"" fox","x"\n"a cat"'), ['a "big" fox', "a cat"]);
assert.deepEqual(promptsOf("{a, b} c\nd", false).prompts, ["a c\nd", "b c\nd"]);
assert.deepEqual(promptsOf("{a, b} c\nd", true), { prompts: ["a c", "b c", "d"], more: false });
const many = promptsOf("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", false);
assert.deepEqual([many.prompts.length, many.more], [100, true]);

// Ideogram's own words, for a form that has a field which nobody here has heard of.
const operations = [{ name: "generate", models: [{ model: "V_2", fields: [] }, { model: "V_3",
  fields: [{ name: "prompt", type: "text", required: true },
    { name: "seed", type: "integer", least: 0, most: 9 },
    { name: "codes", type: "text", count: 3 }, { name: "hats", type: "choice", values: ["TALL"] },
    { name: "palette", type: "object" }, { name: "image", type: "file", required: true },
    { name: "styles", type: "file", count: 2 }] }] },
{ name: "describe", models: [{ model: null, fields: [] }] }];
const form = formOf(operations, "generate", "V_9");
assert.equal(form.model, "V_3");
assert.equal(formOf(operations, "gone", "V_2").model, "V_2");
assert.deepEqual(bodyFor(form, { prompt: "x", seed: "0", codes: "a, b c", hats: "TALL", gone: 1,
  palette: "", image: [{ data: "i" }], styles: [{ data: "1" }, { data: "2" }, { data: "3" }] }),
{ model: "V_3", prompt: "x", seed: 0, codes: ["a", "b", "c"], hats: "TALL", image: "i",
  styles: ["1", "2"] });
assert.deepEqual(bodyFor(formOf(operations, "describe"), { prompt: "x" }), {});
assert.deepEqual(missingIn(form, { prompt: "", image: [] }), ["prompt", "image"]);
assert.deepEqual(["ASPECT_16_9", "2x3", "AUTO"].map(shapeOf), [[16, 9], [2, 3], null]);

// A stream, in pieces of any size.
const stream = ": alive\r\n\r\nid: 7\nevent: task\ndata: {\ndata: }\n\n: x\n\ndata:1\n\n";
for (const size of [1, 3, 1000]) {
  const events = eventReader();
  const found = stream.match(new RegExp(`[^]{1,${size}}`, "g")).flatMap((one) => events.push(one));
  assert.deepEqual(found, [{ kind: "task", data: "{\n}" }, { kind: "message", data: "1" }]);
  assert.equal(events.lastId(), "7");
}

// What a shell makes of the quoted body is the body.
const nasty = "it's $HOME `id` \"q\" \\ \u2028 \n --ar 1:1";
for (const style of ["mj", "v1"]) {
  const line = codeFor("curl", style, "http://h", { prompt: nasty }).split("\n")
    .find((one) => one.includes("-d ")).trim().replace(/^-d /, "printf %s ").replace(/ \\$/, "");
  const sent = JSON.parse(execFileSync("sh", ["-c", line], { encoding: "utf8" }));
  assert.equal(sent.prompt, nasty);
  for (const language of ["python", "javascript", "go"]) {
    assert.ok(codeFor(language, style, "http://h", { prompt: nasty }).includes("API_KEY"));
  }
}
console.log(JSON.stringify("ok"));

// Tabs without locks: of any number that hear each other, one leads.
{
  let time = 0;
  const tabs = new Map();
  const queue = [];
  const open = (id) => {
    const tab = { leads: false };
    tab.is = election({ id, now: () => time, post: (word) => queue.push([id, word]),
      onLead: () => { tab.leads = true; }, onYield: () => { tab.leads = false; } });
    tabs.set(id, tab);
    tab.is.start();
  };
  const settle = (milliseconds) => {
    for (const until = time + milliseconds; time < until; time += 100) {
      tabs.forEach((tab) => tab.is.tick());
      while (queue.length > 0) {
        const [from, word] = queue.shift();
        tabs.forEach((tab, id) => id !== from && tab.is.heard(word));
      }
    }
  };
  const leaders = () => [...tabs].filter(([, tab]) => tab.leads).map(([id]) => id);
  ["d", "b", "c"].forEach(open);
  settle(patience * 3);
  assert.equal(leaders().length, 1, "three tabs that open at once");
  const [first] = leaders();
  open("a");
  settle(patience * 3);
  assert.deepEqual(leaders(), [first], "a later tab follows, whatever its id");
  tabs.get(first).is.leave();
  tabs.delete(first);
  settle(patience * 4);
  assert.equal(leaders().length, 1, "the leader went");
  const [second] = leaders();
  tabs.delete(second); // it died without a word
  settle(silence + patience * 5);
  assert.equal(leaders().length, 1, "the leader died");
  // Two that led while they could not hear each other.
  const [third] = leaders();
  const [other] = [...tabs.keys()].filter((id) => id !== third);
  tabs.get(other).is.heard({ what: "bye", from: "x" });
  time += patience;
  tabs.get(other).is.tick();
  settle(patience * 3);
  assert.deepEqual(leaders(), [[third, other].sort()[0]], "of two the lower id goes on");
  // Nothing is asked while the leader's news come.
  queue.length = 0;
  for (let spoken = 0; spoken < 10; spoken += 1) {
    tabs.forEach((tab) => tab.is.alive());
    settle(silence / 2);
  }
  assert.equal(leaders().length, 1);
}

// One intent, one task.
{
  let runs = 0;
  let finish = () => {};
  const work = oneAtATime(() => {
    runs += 1;
    return new Promise((resolve) => { finish = resolve; });
  });
  const first = work();
  assert.equal(await work(), undefined);
  finish("done");
  assert.equal(await first, "done");
  work();
  assert.equal(runs, 2);
  assert.equal(new Set(Array.from({ length: 1000 }, intentKey)).size, 1000);
  assert.match(intentKey(), /^[0-9a-f]{32}$/);
  assert.ok(isEcho({ repeat: true }) && isEcho({ isComposing: true }) && isEcho({ keyCode: 229 }));
  assert.ok(!isEcho({ repeat: false, isComposing: false, keyCode: 13 }));
  assert.ok(isSecondClick({ detail: 2 }) && !isSecondClick({ detail: 1 })
    && !isSecondClick({ detail: 0 })); // 0 is a click by the keyboard
}
