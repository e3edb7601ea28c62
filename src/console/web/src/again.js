// Tasks once more, as new ones. The server keeps what was asked for as words; pictures that went
// along, and presses of buttons, cannot be said again from here.
import { post } from "./api.js";
import { requestOf } from "./code.js";
import { asIntent, intentKey } from "./intent.js";
import { ended, learn } from "./tasks.js";

const atOnce = 6; // requests under way

export const canRepeat = (task) => ended(task) && task.task.action === "IMAGINE"
  && (task.task.description ?? "").startsWith("/imagine");

export async function repeat(task) {
  const made = await post("v1/tasks", { kind: "imagine", ...requestOf(task) },
    asIntent(intentKey()));
  if (made.task) {
    learn(made);
  }
  return made.id;
}

// Does `work` for each; the number of those that failed.
export async function forEach(all, work) {
  const left = [...all];
  let failed = 0;
  const take = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      await work(one).catch(() => { failed += 1; });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return failed;
}
