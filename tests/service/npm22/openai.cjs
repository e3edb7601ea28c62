// Draws with OpenAI's own package, unchanged. Arguments: the server's URL, the key, the name of what
// is to be done, and its parameters as JSON; files are named by their paths. Prints what it was told.
const fs = require("fs");
const { OpenAI, toFile } = require("openai");

const [url, key, what, wish] = process.argv.slice(2);
const { client: settings = {}, image, mask, ...params } = JSON.parse(wish);
const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, ...settings });

const file = (path) => toFile(fs.createReadStream(path), "picture.png", { type: "image/png" });

async function events(stream) {
  const told = [];
  for await (const event of stream) told.push(event);
  return told;
}

const does = {
  generate: () => client.images.generate(params),
  stream: async () => events(await client.images.generate({ ...params, stream: true })),
  edit: async () =>
    client.images.edit({
      ...params,
      image: Array.isArray(image) ? await Promise.all(image.map(file)) : await file(image),
      ...(mask ? { mask: await file(mask) } : {}),
    }),
  vary: async () => client.images.createVariation({ ...params, image: await file(image) }),
  models: async () => events(await client.models.list()),
  model: () => client.models.retrieve(params.model),
};

does[what]()
  .then((told) => ({ told }))
  .catch((error) => ({
    error: {
      kind: error.constructor.name,
      status: error.status ?? null,
      code: error.code ?? null,
      param: error.param ?? null,
      type: error.type ?? null,
      message: error.message,
    },
  }))
  .then((answer) => process.stdout.write(JSON.stringify(answer)));
