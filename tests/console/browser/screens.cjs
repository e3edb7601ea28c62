// Every screen in both languages, light and dark, at three widths: axe finds nothing, nothing
// overflows, no sentence is missing. Hostile prompts stay text.
"use strict";

const axe = require("axe-core");
const { check, options, play, run } = require("./scene.cjs");

const widths = [360, 768, 1440];
const hostile = ["<img src=x onerror=alert(1)><script>alert(2)</script>", "\u202egnp.exe \u2066x",
  "👩‍👩‍👧‍👦 🇪🇺 e\u0301\u0301\u0301", "line\u2028separator\u2029end", "{{constructor}} ${7*7} %s",
  "w".repeat(5000)];

async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) =>
    `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

async function look(page, name, ready, trouble) {
  await page.locator(ready).first().waitFor();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (beyond > 0) {
      trouble.push(`${name} at ${width}: ${beyond} px too wide`);
    }
  }
  const missing = await page.evaluate(() => document.body.innerText.match(
    /\b(?:screen|status|action|create|queue|task|fact|tile|chart|family|step|region)\.\w+/g));
  if (missing) {
    trouble.push(`${name}: ${missing.join(", ")}`);
  }
  trouble.push(...(await violations(page)).map((one) => `${name}: ${one}`));
}

async function submit(page, prompt) {
  return page.evaluate(async (text) => {
    const answer = await fetch("../v1/tasks", { method: "POST",
      headers: { "Content-Type": "application/json" }, body: JSON.stringify({ prompt: text }) });
    return (await answer.json()).id;
  }, prompt);
}

const ready = { create: ".card", queue: ".queue-row", gallery: ".shot", dashboard: ".u-wrap",
  channels: ".channel", webhooks: ".empty, .table", keys: ".empty, .table",
  activity: ".empty, .table" };

run(play(async (open, context) => {
  const trouble = [];
  const page = await open();
  await page.locator("#prompt").waitFor();
  const ids = [];
  for (const prompt of hostile) {
    ids.push(await submit(page, prompt));
  }
  check(ids.every(Boolean), "a hostile prompt was refused");
  page.on("dialog", () => trouble.push("a prompt was run as a script"));
  for (const [lang, theme] of [["en", "light"], ["zh", "dark"]]) {
    await page.evaluate(([language, color]) => {
      localStorage.setItem("imagined.language", JSON.stringify(language));
      localStorage.setItem("imagined.theme", JSON.stringify(color));
    }, [lang, theme]);
    for (const [screen, there] of Object.entries(ready)) {
      await page.goto(`${options.url}/console/?${lang}${screen}#/${screen}`);
      await look(page, `${screen} ${lang} ${theme}`, there, trouble);
    }
    // Every operation's form, with all that it hides.
    await page.evaluate(() => localStorage.setItem("imagined.draft.kind", '"native"'));
    await page.goto(`${options.url}/console/?${lang}native#/create`);
    await page.locator("details.more summary").click();
    await page.locator(".palette > button").click();
    await look(page, `native ${lang} ${theme}`, "#operation", trouble);
    await page.evaluate(() => localStorage.setItem("imagined.draft.kind", '"imagine"'));
    await page.goto(
      `${options.url}/console/?${lang}some#/gallery?text=constructor&aspect=square`);
    await page.locator(".shot-pick input").first().check();
    await page.locator(".shot-open").first().click();
    await look(page, `lightbox ${lang} ${theme}`, ".light-details", trouble);
    await page.keyboard.press("Escape");
    await look(page, `gallery filtered ${lang} ${theme}`, ".active-filters", trouble);
    await page.goto(`${options.url}/console/?${lang}task#/task/${ids[0]}`);
    await look(page, `task ${lang} ${theme}`, ".status-succeeded", trouble);
  }
  check(await page.locator("main img[src=x], main script").count() === 0, "a prompt is markup");
  check(await page.getAttribute("html", "lang") === "zh-CN", "lang");
  await page.keyboard.press("?");
  await look(page, "help", "dialog .shortcuts", trouble);
  check(trouble.length === 0, trouble.join("\n"));
}));
