// The gallery: narrowed by filters that are shown and taken away one by one; pictures are starred,
// and the stars kept; two are compared; what is picked is downloaded.
"use strict";

const { check, play, run } = require("./scene.cjs");

async function draw(page, prompts) {
  await page.evaluate(async (all) => {
    for (const prompt of all) {
      const answer = await fetch("../v1/tasks", { method: "POST", body: JSON.stringify({ prompt }),
        headers: { "Content-Type": "application/json" } });
      await fetch(`../v1/tasks/${(await answer.json()).id}/result?wait=30`);
    }
  }, prompts);
}

run(play(async (open) => {
  const page = await open("#/create");
  await page.locator(".link-live").waitFor();
  await draw(page, ["a wide fox --ar 16:9", "a tall fox --ar 2:3", "a square cat"]);
  await page.goto(page.url().replace(/#.*/, "#/gallery"));
  const shots = page.locator(".shot");
  await shots.nth(11).waitFor();
  check(await shots.count() === 12, `${await shots.count()} pictures`);

  await page.getByLabel("Contains").fill("fox");
  await page.getByLabel("Aspect ratio").selectOption("wide");
  await page.waitForFunction(() => document.querySelectorAll(".shot").length === 4);
  check(/text=fox&aspect=wide/.test(page.url()), page.url());
  const chips = page.locator(".active-filters .chip");
  check(await chips.count() === 2, "chips");
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll(".shot").length === 4);
  await page.getByRole("button", { name: "Remove filter Wide" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".shot").length === 8);
  await page.getByLabel("To", { exact: true }).fill("2001-01-01");
  await page.getByText("No picture matches these filters.").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await shots.nth(11).waitFor();
  await page.getByLabel("Action").selectOption("UPSCALE");
  await page.getByText("No picture matches these filters.").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await shots.nth(11).waitFor();

  // Large, one after the other by keys alone, and its task's buttons beside it.
  await shots.nth(1).locator(".shot-open").focus();
  await page.keyboard.press("Enter");
  const large = page.locator(".light-stage img");
  check(/\/2$/.test(await large.getAttribute("src")), "another picture");
  await page.locator(".light-stage").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => /\/3$/.test(document.querySelector(".light-stage img").src));
  await page.locator(".light-details").getByRole("button", { name: "U3" }).waitFor();
  await page.keyboard.press("Escape");
  await large.waitFor({ state: "detached" });

  await shots.nth(1).locator(".shot-pick input").check();
  await shots.nth(5).locator(".shot-pick input").check();
  await page.getByText("2 selected").waitFor();
  await page.getByRole("button", { name: "Star", exact: true }).click();
  const downloads = [];
  page.on("download", (one) => downloads.push(one.suggestedFilename()));
  await Promise.all([page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click()]);
  await page.getByRole("button", { name: "Compare" }).click();
  const above = page.locator(".compare .above");
  const before = await above.evaluate((one) => getComputedStyle(one).clipPath);
  await page.locator("#compare-edge").focus();
  await page.keyboard.press("End");
  check(await above.evaluate((one) => getComputedStyle(one).clipPath) !== before, "the edge stays");
  await page.keyboard.press("Escape");
  check(/^\d{16}-2\.png$/.test(downloads[0]), downloads.join());

  await page.reload();
  await page.getByRole("button", { name: "Starred" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".shot").length === 2);
  await shots.first().locator(".shot-star").click();
  await page.waitForFunction(() => document.querySelectorAll(".shot").length === 1);
}));
