// A page that polls as chatgpt-web-midjourney-proxy does: after a submit it asks for the task at
// once, and draws an answer only when its status is another than the last one's.
"use strict";

const { check, options, play, run } = require("./scene.cjs");

run(play(async (open, context) => {
  const page = await context.newPage();
  await page.goto(`${options.url}/healthz`);
  const shown = await page.evaluate(async (between) => {
    const ask = async (method, path, body) => (await fetch(path, { method,
      headers: { "Content-Type": "application/json" },
      body: body && JSON.stringify(body) })).json();
    const watch = async (id, last) => {
      const drawn = [];
      for (let looks = 0; looks < 40 && !drawn.includes("SUCCESS"); looks += 1) {
        const task = await ask("GET", `/mj/task/${id}/fetch`);
        if (last !== undefined && task.status !== last) {
          drawn.push(task.status);
        }
        last = task.status;
        if (!drawn.includes("SUCCESS")) {
          await new Promise((next) => setTimeout(next, between));
        }
      }
      return drawn;
    };
    const grid = (await ask("POST", "/mj/submit/imagine",
      { prompt: "a fox", base64Array: [], notifyHook: "", state: "" })).result;
    const drawn = await watch(grid, "SUBMITTED");
    const { buttons } = await ask("GET", `/mj/task/${grid}/fetch`);
    const picks = [];
    for (const { customId } of buttons.slice(0, 4)) {
      picks.push(await ask("POST", "/mj/submit/action", { taskId: grid, customId }));
    }
    const short = await ask("POST", "/mj/submit/shorten", { prompt: "a very small red fox" });
    return { drawn, picked: await Promise.all(
      [...picks, short].map(({ result }) => watch(result))) };
  }, 2500);
  check(shown.drawn.includes("SUCCESS"), `the grid: ${shown.drawn}`);
  for (const one of shown.picked) {
    check(one.includes("SUCCESS"), `a pick is never drawn: ${JSON.stringify(shown)}`);
  }
}));
