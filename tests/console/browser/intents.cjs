// Slips of hands and keys: one intent is one task. And a chart that goes away complains of nothing.
"use strict";

const { check, play, run } = require("./scene.cjs");

async function made(page, prompt) {
  return page.evaluate(async (wanted) => {
    const { tasks } = await (await fetch("../v1/tasks?limit=100")).json();
    return tasks.filter((one) => one.task.prompt === wanted).length;
  }, prompt);
}

async function drawn(page, prompt) {
  await page.locator(".card", { hasText: prompt }).first().locator(".status-succeeded").waitFor();
  return made(page, prompt);
}

// A key that is held down: the first event is a press, the others say `repeat`.
const hold = (page, selector, key, more) => page.evaluate(([at, name, init]) => {
  const target = at ? document.querySelector(at) : document.body;
  for (let i = 0; i < 20; i += 1) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key: name, repeat: i > 0, bubbles: true,
      cancelable: true, ...init }));
  }
}, [selector, key, more]);

run(play(async (open) => {
  const page = await open();
  await page.locator("#prompt").fill("drawn by a double click");
  await page.locator("button.primary.big").dblclick();
  check(await drawn(page, "drawn by a double click") === 1, "a double click pays twice");

  await page.locator("#prompt").fill("drawn by a slow double click");
  await page.locator("button.primary.big").dblclick({ delay: 150 });
  check(await drawn(page, "drawn by a slow double click") === 1, "a slow double click pays twice");

  await page.locator("button.primary.big:not([disabled])").waitFor();
  await page.locator("#prompt").fill("drawn by a held key");
  await hold(page, "#prompt", "Enter", { ctrlKey: true });
  check(await drawn(page, "drawn by a held key") === 1, "a held key pays more than once");

  await page.locator("button.primary.big:not([disabled])").waitFor();
  await page.locator("#prompt").fill("never drawn");
  await page.evaluate(() => document.querySelector("#prompt").dispatchEvent(
    new KeyboardEvent("keydown",
      { key: "Enter", ctrlKey: true, isComposing: true, bubbles: true })));
  await page.locator("#prompt").fill("drawn after composing");
  await page.keyboard.press("Control+Enter");
  check(await drawn(page, "drawn after composing") === 1, "an intent is lost");
  check(await made(page, "never drawn") === 0, "what is still composed is drawn");

  await page.locator(".card", { hasText: "drawn by a held key" }).first().locator("a").click();
  await page.locator(".task-head .status-succeeded").waitFor();
  await page.locator(".pictures img").first().waitFor();
  const before = await made(page, "drawn by a held key");
  const url = page.url();
  await hold(page, "", "r", {});
  await page.waitForURL((now) => now.href !== url);
  await page.locator(".task-head .status-succeeded").waitFor();
  check(await made(page, "drawn by a held key") === before + 1, "a held r rerolls more than once");

  // Leaving the charts throws nothing: the scene fails for every error of the page.
  for (const next of ["queue", "gallery"]) {
    await page.evaluate(() => { location.hash = "#/dashboard"; });
    await page.locator(".u-wrap").first().waitFor();
    await page.evaluate((screen) => { location.hash = `#/${screen}`; }, next);
    await page.locator(".u-wrap").first().waitFor({ state: "detached" });
  }
}));
