// The flags of a prompt, and code that carries a prompt, without a browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { codeFor } from "../../../src/console/web/src/code.js";
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

// What a shell makes of the quoted body is the body.
const nasty = "it's $HOME `id` \"q\" \\ \u2028 \n --ar 1:1";
for (const style of ["mj", "v1"]) {
  const line = codeFor("curl", style, "http://h", { prompt: nasty }).split("\n")
    .find((one) => one.includes("-d ")).trim().replace(/^-d /, "printf %s ");
  const sent = JSON.parse(execFileSync("sh", ["-c", line], { encoding: "utf8" }));
  assert.equal(sent.prompt, nasty);
  for (const language of ["python", "javascript", "go"]) {
    assert.ok(codeFor(language, style, "http://h", { prompt: nasty }).includes("API_KEY"));
  }
}
console.log(JSON.stringify("ok"));
