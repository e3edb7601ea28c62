// What stands in the Create form. It is kept, so that a reload or a sign-in loses nothing.
import { remembered } from "./settings.js";
import { go } from "./route.js";
import { textOf, valueOf, withFlag } from "./flags.js";

export const prompt = remembered("draft.prompt", "");
export const kind = remembered("draft.kind", "imagine");
export const hook = remembered("draft.hook", "");
export const state = remembered("draft.state", "");

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
