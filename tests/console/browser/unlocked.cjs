// By plain http under a name a page has no Web Locks, and HTTP/1.1 six connections for all tabs.
"use strict";

const { check, options, play, run } = require("./scene.cjs");

run(play(async (open, context) => {
  await context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
  });
  const lasting = new Set();
  const streams = /\/v1\/(tasks\/\d+\/)?events$/;
  context.on("request", (request) => streams.test(request.url()) && lasting.add(request));
  for (const end of ["requestfinished", "requestfailed"]) {
    context.on(end, (request) => lasting.delete(request));
  }
  const tabs = [await open()];
  await tabs[0].locator(".link-live").waitFor();
  await tabs[0].locator("#prompt").fill("seen in eight tabs");
  await tabs[0].keyboard.press("Control+Enter");
  await tabs[0].locator(".card", { hasText: "seen in eight tabs" }).first().locator("a").click();
  await tabs[0].locator(".task-head .status-succeeded").waitFor();
  await tabs[0].getByRole("tab", { name: "Timeline" }).click();
  await tabs[0].getByText("Upstream answered").waitFor();
  const [, id] = tabs[0].url().match(/task\/(\d+)/);
  for (let more = 0; more < 7; more += 1) {
    const tab = await open(`#/task/${id}`);
    await tab.getByRole("tab", { name: "Timeline" }).click();
    await tab.getByText("Upstream answered").waitFor();
    tabs.push(tab);
  }
  for (const tab of tabs) {
    await tab.locator(".link-live").waitFor();
  }
  check(lasting.size === 1, `${lasting.size} streams for ${tabs.length} tabs`);

  // The tab that listens goes: another takes over.
  await tabs[0].close();
  lasting.clear();
  await tabs[1].waitForFunction(() => !document.querySelector(".link-live"), null,
    { timeout: 1 }).catch(() => {});
  await tabs[2].goto(`${options.url}/console/#/create`);
  await tabs[2].locator("#prompt").fill("seen after the first tab");
  await tabs[2].keyboard.press("Control+Enter");
  await tabs[2].locator(".card", { hasText: "seen after the first tab" }).first()
    .locator(".status-succeeded").waitFor();
}));
