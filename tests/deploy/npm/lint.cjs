// Lints an OpenAPI document with Redocly's recommended rules: node lint.cjs FILE. Prints one line a
// problem; nothing when there is none.
const { createConfig, lint } = require("@redocly/openapi-core");

const rules = {
  "info-license": "off", // none is stated yet
  "no-unused-components": "off", // events of streams are named in prose; OpenAPI has no place for them
  "operation-4xx-response": "off", // the open routes take nothing that could be wrong
  "operation-summary": "error",
};

async function main(file) {
  const config = await createConfig({ extends: ["recommended"], rules });
  for (const { severity, ruleId, message, location } of await lint({ ref: file, config })) {
    console.log(`${severity} ${ruleId}: ${message} at ${location[0].pointer}`);
  }
}

main(process.argv[2]);
