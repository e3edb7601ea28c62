// The queue: ten thousand rows scroll and the page stays small; views are kept; many tasks are made
// anew or cancelled at once, after the exact number was shown, and typed where it is large.
"use strict";

const { check, play, run } = require("./scene.cjs");

const drawnAtMost = 600; // rows in the page, however many there are

// Answers the list with `count` tasks that are like `model`, newest first.
function feed(context, model, count, change) {
  const idOf = (place) => String(9000000000000000 - place);
  return context.route(/\/v1\/tasks\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const from = query.get("cursor") ? 9000000000000000 - Number(query.get("cursor")) + 1 : 0;
    const to = Math.min(count, from + Number(query.get("limit") || 20));
    const tasks = [];
    for (let place = from; place < to; place += 1) {
      tasks.push(change({ ...model, id: idOf(place), task: { ...model.task, id: idOf(place),
        prompt: `row ${place}` } }));
    }
    return route.fulfill({ json: { tasks, next: to < count ? idOf(to - 1) : null } });
  });
}

async function submit(page, prompts) {
  return page.evaluate(async (all) => {
    for (const prompt of all) {
      await fetch("../v1/tasks", { method: "POST", body: JSON.stringify({ prompt }),
        headers: { "Content-Type": "application/json" } });
    }
  }, prompts);
}

async function longList(page, context, model) {
  await feed(context, model, 10000, (task) => task);
  await page.goto("about:blank");
  await page.goBack();
  await page.getByText("row 0", { exact: true }).waitFor();
  const rows = () => page.locator(".queue-row").count();
  let most = 0;
  const last = page.getByText("row 9999", { exact: true });
  for (let step = 0; step < 3000 && await last.count() === 0; step += 1) {
    await page.evaluate(() => new Promise((done) => {
      scrollTo(0, document.documentElement.scrollHeight);
      requestAnimationFrame(() => requestAnimationFrame(done));
    }));
    most = Math.max(most, await rows());
  }
  await last.scrollIntoViewIfNeeded();
  most = Math.max(most, await rows());
  check(most < drawnAtMost, `${most} rows in the page`);
  await page.getByText("Only the newest 10,000").waitFor();
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  check(nodes < 15000, `${nodes} elements`);
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByText("row 0", { exact: true }).waitFor();
  check(await rows() < drawnAtMost, "what has left the window stays drawn");
  await context.unroute(/\/v1\/tasks\?/);
  return most;
}

async function bulkCancel(page, context, model) {
  await feed(context, model, 250, (task) => ({ ...task, status: "waiting", progress: null }));
  const cancelled = new Set();
  await context.route(/\/v1\/tasks\/\d+\/cancel/, (route) => {
    const id = /(\d+)\/cancel/.exec(route.request().url())[1];
    cancelled.add(id);
    return route.fulfill({ json: { ...model, id, revision: 99, status: "cancelled" } });
  });
  await page.reload();
  await page.getByText("row 0", { exact: true }).waitFor();
  await page.locator(".pick input").nth(0).click();
  await page.locator(".pick input").nth(4).click({ modifiers: ["Shift"] });
  await page.getByText("5 selected").waitFor();
  await page.getByRole("button", { name: "Select all that match" }).or(
    page.getByRole("button", { name: "Select all 250" })).click();
  await page.getByText("250 selected").waitFor();
  await page.getByRole("button", { name: "Cancel (250)" }).click();
  const sure = page.locator("dialog").getByRole("button", { name: "Cancel (250)" });
  await page.locator("#bulk-count").fill("25");
  check(await sure.isDisabled(), "the number is not asked for");
  await page.locator("#bulk-count").fill("250");
  await sure.click();
  await page.getByText("250 tasks cancelled").waitFor();
  check(cancelled.size === 250, `${cancelled.size} cancelled`);
  await context.unroute(/\/v1\/tasks/);
}

async function bulkRetry(page) {
  await page.reload();
  const again = page.locator(".queue-row", { hasText: "once more" });
  await again.nth(2).waitFor();
  for (let place = 0; place < 3; place += 1) {
    await again.nth(place).locator(".pick input").check();
  }
  await page.getByRole("button", { name: "Retry as new (3)" }).click();
  await page.getByText("3 new tasks are made").waitFor();
  await page.locator("dialog").getByRole("button", { name: "Retry as new (3)" }).click();
  await page.getByText("3 new tasks", { exact: true }).waitFor();
  await page.reload();
  await again.nth(5).waitFor();
  check(await again.count() === 6, "not three more");
}

async function views(page) {
  await page.getByRole("tab", { name: "Failed" }).click();
  await page.getByRole("button", { name: "Save this view" }).click();
  await page.locator("#view-name").fill("Broken <b>");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "All" }).click();
  await page.reload();
  await page.getByRole("link", { name: "Broken <b>" }).click();
  await page.waitForURL(/state=failed/);
  await page.getByRole("button", { name: "Forget view Broken <b>" }).click();
  check(await page.getByRole("link", { name: "Broken <b>" }).count() === 0, "the view stays");
}

run(play(async (open, context) => {
  const page = await open("#/queue");
  await page.locator(".link-live").waitFor();
  await submit(page, ["once more 1", "once more 2", "once more 3"]);
  await page.reload();
  const model = await page.evaluate(async () =>
    (await (await fetch("../v1/tasks?limit=1")).json()).tasks[0]);
  await page.locator(".queue-row .status-succeeded").nth(2).waitFor();
  await bulkRetry(page);
  await views(page);
  await page.goto(page.url().replace(/#.*/, "#/queue"));
  const most = await longList(page, context, { ...model, status: "failed", error: {
    code: "TIMEOUT", reason: "late", retryable: false } });
  await bulkCancel(page, context, model);
  return { most };
}));
