// The server is killed while a picture is drawn, and started again: the page says so, finds it
// again by itself, and shows the task's end.
"use strict";

const { check, options, play, run } = require("./scene.cjs");

const tell = (what) => fetch(`${options.control}/${what}`, { method: "POST" });

async function killed(open) {
  const page = await open();
  await page.locator(".link-live").waitFor();
  await page.locator("#prompt").fill("outlives its server");
  await page.keyboard.press("Control+Enter");
  const card = page.locator(".card", { hasText: "outlives its server" });
  await card.locator(".status-waiting, .status-running").waitFor();
  await tell("kill");
  await page.locator(".banner.stale").waitFor();
  await page.locator("#prompt").fill("a draft");
  check(await page.getByRole("button", { name: "Draw" }).isDisabled(), "sends into the void");
  await page.getByText("The server cannot be reached.").waitFor();
  await tell("start");
  await page.locator(".link-live").waitFor();
  check(await page.locator(".banner.stale").count() === 0, "the banner stays");
  check(await page.locator("#prompt").inputValue() === "a draft", "the draft is lost");
  await card.locator(".status-succeeded, .status-failed").waitFor();
  await page.close();
}

run(play(killed));
