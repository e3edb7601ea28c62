// Create: Ideogram's own form is drawn from what the server describes; many tasks from one prompt
// are shown and asked for, and what was refused is sent once it can be.
"use strict";

const { check, play, run } = require("./scene.cjs");

const invented = { name: "hat_size", type: "choice", required: false, values: ["SMALL", "LARGE"] };

// The server's own answer, with one option more.
async function withNewOption(context) {
  await context.route("**/v1/capabilities", async (route) => {
    const answer = await route.fetch();
    const told = await answer.json();
    const form = told.operations.find((one) => one.name === "generate").models
      .find((one) => one.model === "V_3");
    form.fields.push(invented);
    await route.fulfill({ response: answer, json: told });
  });
}

async function native(page, context) {
  await page.locator("#prompt").fill("a fox --ar 16:9 --no fog --seed 7");
  await page.locator("details.more summary").click();
  await page.getByRole("button", { name: "All of Ideogram's own options" }).click();
  check(await page.locator("#native-prompt").inputValue() === "a fox", "the prompt is lost");
  await page.locator("details.more summary").click();
  await page.getByText("Realistic", { exact: true }).click();
  await page.getByText("Large", { exact: true }).click();
  await page.getByLabel("Pictures (1–8)").fill("2");
  await page.getByRole("button", { name: "Add a colour" }).click();
  await page.getByLabel("Weight of colour 1").fill("0.5");
  await page.getByLabel("Style codes").fill("AAFF5733, 00112233");
  let sent = null;
  await context.route("**/ideogram/submit/generate", async (route) => {
    sent = route.request().postDataJSON();
    const { hat_size: hat, ...rest } = sent;
    check(hat === "LARGE", `hat_size ${hat}`);
    delete rest.style_codes; // Ideogram takes them without a style type only
    await route.continue({ postData: JSON.stringify(rest) });
  });
  await page.keyboard.press("Control+Enter");
  await page.locator(".card", { hasText: "a fox" }).locator(".status-succeeded").waitFor();
  check(JSON.stringify(sent) === JSON.stringify({ model: "V_3", prompt: "a fox",
    aspect_ratio: "16x9", negative_prompt: "fog", seed: 7, num_images: 2,
    color_palette: { members: [{ color_hex: "#4F46E5", color_weight: 0.5 }] },
    style_codes: ["AAFF5733", "00112233"], style_type: "REALISTIC", hat_size: "LARGE" }),
  JSON.stringify(sent));
  await context.unroute("**/ideogram/submit/generate");
  // What the server refuses is told in its words, and the form stays.
  await page.locator("button.primary.big:not([disabled])").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".trouble", { hasText: "hat_size" }).waitFor();
  check(await page.locator("#native-prompt").inputValue() === "a fox", "the form is empty");
  // The lock takes the newest picture's seed, and gives it up.
  const seed = page.getByLabel("Seed", { exact: true });
  const lock = page.getByRole("button", { name: "Keep the seed" });
  check(await lock.getAttribute("aria-pressed") === "true", "lock");
  await lock.click();
  check(await seed.inputValue() === "", "the seed stays");
  await lock.click();
  check(await seed.inputValue() === "7", "not the newest seed");
}

async function many(page, context) {
  await page.getByRole("tab", { name: "Imagine" }).click();
  await page.locator("#prompt").fill(
    "{one, two, three, four} {apple, pear}\none fig\n\na {b, c, d}");
  await page.getByLabel("Each line is a prompt of its own (3 tasks)").check();
  await page.getByText("Makes 12 tasks").first().waitFor();
  await page.locator("#prompt").focus();
  await page.keyboard.press("Control+Enter");
  await page.locator("dialog").getByText("Makes 12 tasks").waitFor();
  // The sixth is refused once: the retry goes on there, and none is made twice.
  const made = [];
  await context.route("**/v1/tasks", (route) => {
    if (route.request().method() !== "POST") {
      return route.continue();
    }
    made.push(route.request().postDataJSON().prompt);
    return made.length === 6 ? route.fulfill({ status: 429, contentType: "application/problem+json",
      body: JSON.stringify({ type: "urn:imagined:problem:queue-full", title: "full",
        retryable: true }) }) : route.continue();
  });
  await page.locator("dialog").getByRole("button", { name: "Draw 12 prompts" }).click();
  await page.getByText("7 not submitted yet").waitFor();
  await page.locator(".create-form .trouble").getByRole("button", { name: "Try again" }).click();
  await page.locator(".card", { hasText: "a d" }).first().waitFor();
  check(made.length === 13 && new Set(made).size === 12, made.join());
  await context.unroute("**/v1/tasks");
  // Three ends are enough to say what it usually takes; that is asked for with the page.
  await page.locator(".card", { hasText: "Done" }).nth(2).waitFor({ timeout: 120000 });
  await page.reload();
  await page.getByText("usually").waitFor();
}

// Nothing is asked for before it is wanted; then the end of a task is told while nobody looks.
async function alerts(open, context) {
  await context.addInitScript(() => {
    window.told = [];
    window.asked = 0;
    window.Notification = class {
      static permission = "default";
      static requestPermission() {
        window.asked += 1;
        return Promise.resolve(window.Notification.permission = "granted");
      }
      constructor(title, { body }) {
        window.told.push(`${title}: ${body}`);
      }
    };
  });
  const page = await open("#/create");
  await page.locator("#prompt").fill("seen while away");
  check(await page.evaluate(() => window.asked) === 0, "asked on load");
  await page.getByRole("button", { name: "Notify me" }).click();
  await page.waitForFunction(() => window.asked === 1);
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
  await page.locator("#prompt").focus();
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => window.told.length > 0);
  const told = await page.evaluate(() => window.told);
  check(told.join() === "Done: seen while away", told.join());
  await page.close();
}

run(play(async (open, context) => {
  await withNewOption(context);
  const page = await open();
  await native(page, context);
  await many(page, context);
  await alerts(open, context);
}));
