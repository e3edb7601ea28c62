// A person signs in, has a picture drawn, picks the second, varies the third, paints a region of
// the picked one, cancels the last, and is still where they were after a reload.
"use strict";

const { check, options, play, run, signIn } = require("./scene.cjs");

const status = (page, word) =>
  page.locator(".task-head .status", { hasText: word }).waitFor();
const idOf = (page) => page.url().match(/task\/(\d+)/)[1];

async function press(page, label) {
  const before = page.url();
  await page.locator(".task-side .actions").getByRole("button", { name: label, exact: true })
    .click();
  await page.waitForURL((url) => url.href !== before);
}

async function paint(page) {
  const canvas = page.locator(".region-paper canvas");
  await page.waitForFunction(() => document.querySelector(".region-paper canvas")?.width > 300);
  const send = page.getByRole("button", { name: "Draw the region" });
  check(await send.isDisabled(), "an empty mask can be sent");
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.3, 0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.4), { steps: 8 });
  await page.mouse.up();
  await page.getByText(/[1-9][\d.]* % painted/).waitFor();
  await page.getByRole("button", { name: "Invert" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator("[data-side=w]").fill("64");
  await page.locator("[data-side=h]").fill("64");
  await page.getByRole("button", { name: "Paint it" }).click();
  const [sent] = await Promise.all([
    page.waitForRequest((request) => request.method() === "POST"), send.click()]);
  const mask = JSON.parse(sent.postData()).maskBase64;
  // The mask has the picture's own size, and two values: white is drawn anew.
  return page.evaluate(async (text) => {
    const image = new Image();
    image.src = text;
    await image.decode();
    const paper = new OffscreenCanvas(image.width, image.height);
    const pen = paper.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const values = new Set(data);
    return { width: image.width, values: [...values].sort(), corner: data[0] };
  }, mask);
}

run(play(async (open, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await open();
  // Nothing but a key leads past the sign-in.
  await page.waitForFunction(() => document.activeElement.id === "key");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByLabel("API key").fill("not the key");
  await page.keyboard.press("Enter");
  await page.locator("dialog .trouble").waitFor();
  await signIn(page, options.key);
  await page.locator("#prompt").fill("a fox <b>bold</b>");
  await page.locator(".aspects").getByText("16:9").click();
  check(await page.locator("#prompt").inputValue() === "a fox <b>bold</b> --ar 16:9", "aspect");
  await page.keyboard.press("Control+Enter");
  await page.locator(".card").first().locator("a").click();
  await page.locator(".task-head .status-running").waitFor();
  await page.reload();
  await status(page, "Done");
  const fox = idOf(page);
  check(await page.locator(".pictures img").count() === 4, "four pictures");
  check(await page.locator(".task-prompt b").count() === 0, "the prompt is markup");
  await page.locator(".picture.there").nth(3).waitFor();

  await page.getByRole("button", { name: "Copy picture" }).click();
  await page.getByText("Copied: picture").waitFor();
  const copied = await page.evaluate(async () =>
    (await navigator.clipboard.read()).flatMap((one) => one.types).join());
  check(copied === "image/png", copied);

  await press(page, "U2");
  await status(page, "Done");
  const picked = idOf(page);
  await page.getByRole("tab", { name: "Lineage" }).click();
  await page.locator(`.lineage a[href="#/task/${fox}"]`).waitFor();

  await page.goto(`${options.url}/console/#/task/${fox}`);
  await press(page, "V3");
  await status(page, "Done");
  await page.getByRole("tab", { name: "Timeline" }).click();
  await page.getByText("Upstream answered").waitFor();
  await page.getByRole("tab", { name: "Code" }).click();
  check((await page.locator(".code pre").textContent()).includes("$API_KEY"), "code");

  await page.goto(`${options.url}/console/#/task/${picked}`);
  await press(page, "Vary (Region)");
  const mask = await paint(page);
  check(mask.width > 500 && mask.corner === 255, `mask ${JSON.stringify(mask)}`);
  check(mask.values.join() === "0,255", `mask ${JSON.stringify(mask)}`);
  await status(page, "Done");

  await page.goto(`${options.url}/console/#/create`);
  await page.locator("#prompt").fill("one to cancel");
  await page.keyboard.press("Control+Enter");
  await page.locator(".card", { hasText: "one to cancel" }).locator("a").click();
  await page.getByRole("button", { name: "Cancel task" }).click();
  await page.locator("dialog").getByRole("button", { name: "Cancel task" }).click();
  await status(page, "Cancelled");

  // The key is nowhere in the page.
  const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie
    + document.documentElement.outerHTML);
  check(!kept.includes(options.key), "the key is kept in the page");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").waitFor();
}));
