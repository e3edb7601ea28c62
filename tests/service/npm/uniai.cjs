// Draws with uniai (UniAI's MidJourney provider), which speaks to a midjourney-proxy: imagine, poll,
// upscale by change, poll, list. Arguments: the server's URL, the key, the prompt. Writes the
// pictures into ./cache, as the package does, and prints what it was told.
const { default: UniAI } = require("uniai");

const [proxy, token, prompt] = process.argv.slice(2);
const provider = "midjourney";
const POLL_MS = 200;
const POLLS = 300;

async function wait(ai, id) {
  for (let poll = 0; poll < POLLS; ++poll) {
    const [task] = await ai.task(provider, id);
    if (task.fail) throw new Error(task.fail);
    if (task.progress === 100) return task;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`task ${id} did not end`);
}

async function draw() {
  const ai = new UniAI({ MidJourney: { proxy, token } });
  const asked = await ai.imagine(prompt, { provider, width: 1024, height: 1024 });
  const grid = await wait(ai, asked.taskId);
  const picked = await ai.change(provider, asked.taskId, "UPSCALE", 3);
  const third = await wait(ai, picked.taskId);
  const listed = await ai.task(provider);
  process.stdout.write(JSON.stringify({ grid, third, listed }));
}

draw().catch((error) => {
  console.error(error);
  process.exit(1);
});
