// A browser for one scenario. Whatever the page complains about, fails it: errors, requests to
// other hosts, and what its own security policy had to refuse.
"use strict";

const { chromium } = require("playwright-core");

const options = JSON.parse(process.argv[2]);
options.own = [`${options.url}/`]; // whom pages may ask
const base = `${options.url}/console/`;
const complaints = [];

function watch(page) {
  page.setDefaultTimeout(30000);
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    // A refused or failed request is told as an error as well; scenarios provoke those.
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on("request", (request) => {
    if (/^(https?|wss?):/.test(request.url())
        && !options.own.some((one) => request.url().startsWith(one))) {
      complaints.push(`request to ${request.url()}`);
    }
  });
}

// Runs `scenario(open, context)`; open(hash, settings) is a page of the console.
exports.play = async (scenario, settings = {}) => {
  const browser = await chromium.launch({
    executablePath: options.chromium || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 },
      locale: "en-US", reducedMotion: "reduce", ...settings });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    context.on("page", watch);
    const open = async (hash = "") => {
      const page = await context.newPage();
      await page.goto(base + hash);
      return page;
    };
    const told = await scenario(open, context);
    if (complaints.length > 0) {
      throw new Error(complaints.join("\n"));
    }
    console.log(JSON.stringify(told ?? null));
  } finally {
    await browser.close();
  }
};

exports.options = options;

exports.signIn = async (page, key) => {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#prompt").waitFor();
};

exports.check = (condition, what) => {
  if (!condition) {
    throw new Error(what);
  }
};

exports.run = (work) => work.catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
