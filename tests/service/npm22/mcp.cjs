// Speaks to the server with the Model Context Protocol's own client, unchanged. Arguments: the
// server's URL, the key, and as JSON what is to be called: [{tool, arguments, progress?, abort_ms?}];
// "$id" in an argument stands for the id that the call before was answered. Prints what it was told.
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const {
  StreamableHTTPClientTransport,
} = require("@modelcontextprotocol/sdk/client/streamableHttp.js");

const [url, key, wish] = process.argv.slice(2);

function put(text, id) {
  return JSON.parse(JSON.stringify(text).replaceAll("$id", id));
}

async function call(client, { tool, arguments: given, progress, abort_ms }, id) {
  const steps = [];
  const options = {};
  if (progress) options.onprogress = (step) => steps.push(step);
  if (abort_ms) {
    const abort = new AbortController();
    options.signal = abort.signal;
    setTimeout(() => abort.abort("enough"), abort_ms);
  }
  try {
    const told = await client.callTool({ name: tool, arguments: put(given, id) }, undefined, options);
    return { told, steps };
  } catch (error) {
    return { error: String(error.message ?? error), steps };
  }
}

async function main() {
  const client = new Client({ name: "a test", version: "1" });
  const errors = [];
  client.onerror = (error) => errors.push(String(error.message ?? error));
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  });
  await client.connect(transport);
  const listed = (await client.listTools()).tools;
  const answers = [];
  let id = "";
  for (const one of JSON.parse(wish)) {
    const answer = await call(client, one, id);
    id = answer.told?.structuredContent?.id ?? id;
    answers.push(answer);
  }
  await client.ping();
  const server = client.getServerVersion();
  await client.close();
  process.stdout.write(JSON.stringify({ server, listed, answers, errors }));
}

main();
