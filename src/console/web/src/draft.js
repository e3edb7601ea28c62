// What stands in the Create form. It is kept, so that a reload or a sign-in loses nothing.
import { remembered } from "./settings.js";
import { go } from "./route.js";
import { textOf, valueOf, withFlag } from "./flags.js";

export const prompt = remembered("draft.prompt", "");
export const kind = remembered("draft.kind", "imagine");
export const hook = remembered("draft.hook", "");
export const state = remembered("draft.state", "");
export const lines = remembered("draft.lines", false); // each line is a prompt of its own
export const native = remembered("draft.native", { operation: "generate", model: "V_3",
  values: {} });

// Takes what the prompt and its flags say over to Ideogram's own form.
export function toNative() {
  const values = { ...native.value.values, prompt: textOf(prompt.value) };
  const flags = { seed: "seed", no: "negative_prompt" };
  for (const [flag, field] of Object.entries(flags)) {
    values[field] = valueOf(prompt.value, flag) ?? values[field] ?? "";
  }
  const sides = /^(\d+):(\d+)$/.exec(valueOf(prompt.value, "ar") ?? "");
  if (sides) {
    values.aspect_ratio = `${sides[1]}x${sides[2]}`;
  }
  native.value = { operation: "generate", model: "V_3", values };
  kind.value = "native";
}

// Fills the form with what a task was asked for.
export function reuse(task) {
  const mj = task.task;
  let text = mj.prompt || "";
  if (mj.mode && !textOf(text).includes(`--${mj.mode.toLowerCase()}`)) {
    text = withFlag(text, mj.mode.toLowerCase(), "");
  }
  if (mj.seed && valueOf(text, "seed") === null) {
    text = withFlag(text, "seed", mj.seed);
  }
  prompt.value = text;
  kind.value = "imagine";
  go("create");
}
