// A stream that is open but silent counts as broken: then the page asks, by requests that wait, and
// where they fail too, every two seconds.
"use strict";

const http = require("node:http");
const { check, options, play, run } = require("./scene.cjs");

// Stands before the server, passes everything on, and lets streams hang after their first words.
function silencer() {
  const seen = { streams: 0, waits: 0 };
  const server = http.createServer((asked, answer) => {
    if (asked.url.endsWith("/v1/events")) {
      seen.streams += 1;
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      answer.write(": alive\n\n");
      return;
    }
    seen.waits += /wait=/.test(asked.url) ? 1 : 0;
    if (/wait=/.test(asked.url) && seen.waits > 1) {
      answer.writeHead(502).end();
      return;
    }
    const passed = http.request(options.url + asked.url, { method: asked.method,
      headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.unref(); // a scenario that fails ends all the same
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({ seen, server,
    url: `http://127.0.0.1:${server.address().port}` })));
}

async function silent(context) {
  const { seen, server, url } = await silencer();
  options.own.push(`${url}/`);
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await page.locator(".link-live").waitFor();
  await page.locator("#prompt").fill("a slow one");
  await page.keyboard.press("Control+Enter");
  await page.locator(".link-polling").waitFor();
  await page.locator(".card", { hasText: "a slow one" }).locator(".status-succeeded").waitFor();
  check(seen.streams === 1, `${seen.streams} streams`);
  check(seen.waits >= 1, "nobody waited for news");
  await page.close();
  server.closeAllConnections();
  server.close();
}

run(play((open, context) => silent(context)));
