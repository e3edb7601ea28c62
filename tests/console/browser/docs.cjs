// The API's reference, reached from the rail: every operation opens, one is tried out here, and the
// strict policy of the console has nothing to refuse.
"use strict";

const { check, options, play, run } = require("./scene.cjs");

run(play(async (open, context) => {
  const page = await open();
  let early = 0;
  context.on("request", (request) => { early += /swagger/.test(request.url()) ? 1 : 0; });
  await page.locator("#prompt").waitFor();
  await page.reload();
  await page.locator("#prompt").waitFor();
  check(early === 0, "the console loads the reference");
  await page.getByRole("link", { name: "Docs" }).click();
  await page.locator(".opblock").first().waitFor();
  const described = await page.evaluate(async () => Object.values(
    (await (await fetch("../openapi.json")).json()).paths)
    .flatMap((one) => Object.keys(one).filter((name) =>
      /^(get|put|post|patch|delete|head)$/.test(name))).length);
  const shown = await page.locator(".opblock").count();
  check(shown >= described, `${shown} of ${described} operations`);
  check(await page.getByText("Warning", { exact: true }).count() === 0, "it warns of something");
  for (const path of ["/v1/tasks", "/mj/submit/imagine", "/ideogram/submit/{operation}",
    "/mj/image/{id}"]) {
    await page.locator(`[data-path="${path}"]`).first().click();
  }
  check(await page.locator(".opblock.is-open").count() === 4, "not all open");
  await page.locator(".opblock", { has: page.locator('[data-path="/v1/session"]') }).first()
    .locator(".opblock-summary").click();
  const session = page.locator(".opblock.is-open", {
    has: page.locator('[data-path="/v1/session"]') }).first();
  await session.getByRole("button", { name: "Try it out" }).click();
  const [asked] = await Promise.all([page.waitForRequest(`${options.url}/v1/session`),
    session.getByRole("button", { name: "Execute" }).click()]);
  check((await asked.response()).status() === 200, "the trial failed");
  await session.locator(".live-responses-table").getByText("signedIn").first().waitFor();
}));
