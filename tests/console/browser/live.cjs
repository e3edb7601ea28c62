// News: one stream for two tabs, polling where streams are blocked, keys instead of a mouse.
"use strict";

const { check, play, run } = require("./scene.cjs");

async function twoTabs(open, context) {
  let streams = 0;
  context.on("request", (request) => {
    streams += /\/v1\/events$/.test(request.url()) ? 1 : 0;
  });
  const first = await open();
  await first.locator(".link-live").waitFor();
  const second = await open("#/queue");
  await second.locator(".link-live").waitFor();
  await first.locator("#prompt").fill("seen by both");
  await first.keyboard.press("Control+Enter");
  // What is new is announced and does not push away what is read; in an empty list it just comes.
  const fresh = second.locator(".fresh");
  const row = second.locator(".queue-row", { hasText: "seen by both" });
  await fresh.or(row).first().waitFor();
  if (await fresh.count()) {
    await fresh.click();
  }
  await row.locator(".status-succeeded").waitFor();
  await first.locator(".card", { hasText: "seen by both" }).locator(".status-succeeded").waitFor();
  check(streams === 1, `${streams} streams for two tabs`);
  await first.close();
  await second.close();
}

async function blocked(open, context) {
  await context.route(/\/v1\/(tasks\/\d+\/)?events/, (route) => route.abort());
  const page = await open();
  await page.locator(".link-polling").waitFor();
  await page.locator("#prompt").fill("seen by asking");
  await page.keyboard.press("Control+Enter");
  await page.locator(".card", { hasText: "seen by asking" }).locator(".status-succeeded").waitFor();
  await page.close();
  await context.unroute(/\/v1\/(tasks\/\d+\/)?events/);
}

async function keysOnly(open) {
  const page = await open("#/queue");
  await page.locator(".queue-row").first().waitFor();
  await page.keyboard.press("n");
  await page.waitForFunction(() => document.activeElement.id === "prompt");
  await page.keyboard.type("by keys alone --ar 1:1");
  await page.keyboard.press("Control+Enter");
  await page.locator(".card", { hasText: "by keys alone" }).locator(".status-succeeded").waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.locator(".queue-row", { hasText: "by keys alone" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".pictures img").first().waitFor();
  await page.keyboard.press("2");
  const task = page.url();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.href !== task);
  await page.locator(".task-head .status-succeeded").waitFor();
  await page.keyboard.press("?");
  await page.locator("dialog .shortcuts").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.close();
}

run(play(async (open, context) => {
  await twoTabs(open, context);
  await blocked(open, context);
  await keysOnly(open);
}));
