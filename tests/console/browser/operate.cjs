// An operator pauses the queue: a task waits and the screen says why. Resumed, it is drawn. Then
// the same for a channel, and all of it stands in the list.
"use strict";

const { check, options, play, run, signIn } = require("./scene.cjs");

const button = (page, name) => page.getByRole("button", { name, exact: true });

async function queue(page) {
  await page.locator(".rail a", { hasText: "Queue" }).click();
  await button(page, "Pause queue").click();
  await page.locator(".banner.paused", { hasText: "waiting tasks are not started" }).waitFor();
  await page.keyboard.press("n");
  await page.locator("#prompt").fill("waits for an operator");
  await page.keyboard.press("Control+Enter");
  await page.locator(".card", { hasText: "waits for an operator" }).waitFor();
  await page.locator(".rail a", { hasText: "Queue" }).click();
  const row = page.locator(".queue-row", { hasText: "waits for an operator" });
  await row.locator(".status-waiting").waitFor();
  await button(page, "Resume queue").click();
  await row.locator(".status-succeeded").waitFor();
  check(await page.locator(".banner.paused").count() === 0, "the banner is still there");
}

async function intake(page) {
  await button(page, "Pause intake").click();
  await page.locator(".banner.paused", { hasText: "new tasks are refused" }).waitFor();
  await page.keyboard.press("n");
  await page.locator("#prompt").fill("not now");
  await page.keyboard.press("Control+Enter");
  await page.getByText("No new tasks are taken at the moment.").first().waitFor();
  await page.locator(".rail a", { hasText: "Queue" }).click();
  await button(page, "Resume intake").click();
  await button(page, "Pause intake").waitFor();
}

async function channels(page) {
  await page.locator(".rail a", { hasText: "Channels" }).click();
  await button(page, "Pause").click();
  await page.locator(".slot-paused").first().waitFor();
  await button(page, "Resume").click();
  await page.locator(".slot-ok").first().waitFor();
  await page.locator(".channel-switches input").fill("3");
  await button(page, "Set limit").click();
  await page.locator(".slot", { hasText: "/ 3" }).first().waitFor();
  await button(page, "Limit as configured").click();
  await button(page, "Limit as configured").waitFor({ state: "detached" });
  await button(page, "Reset").click();
}

async function activity(page) {
  await page.locator(".rail a", { hasText: "Activity" }).click();
  await page.locator("tbody tr", { hasText: "Reset" }).waitFor();
  const rows = await page.locator("tbody tr").allInnerTexts();
  check(rows.length === 9, `nine things were done, told are ${rows.length}`);
  check(/Queue.*running → paused/s.test(rows[8]), rows[8]);
  check(/Limit.*as configured → 3/s.test(rows[2]), rows[2]);
}

run(play(async (open) => {
  const page = await open();
  await page.waitForFunction(() => document.activeElement.id === "key");
  await signIn(page, options.key);
  await queue(page);
  await intake(page);
  await channels(page);
  await activity(page);
}));
