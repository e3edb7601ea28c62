// Draws with @302ai/ai-sdk as its users do. Arguments: the server's URL, the key, and an object with
// the model, the prompt and the options. Prints the pictures as an array of base64 texts.
const { createAI302 } = require("@302ai/ai-sdk");

const [baseURL, apiKey, wish] = process.argv.slice(2);
const { model, prompt, aspectRatio, seed, options } = JSON.parse(wish);

async function draw() {
  const ai302 = createAI302({ baseURL, apiKey });
  const drawn = await ai302.image(model).doGenerate({
    prompt, n: 1, size: undefined, aspectRatio, seed, providerOptions: { ai302: options },
  });
  process.stdout.write(JSON.stringify({ images: drawn.images, warnings: drawn.warnings }));
}

draw().catch((error) => {
  console.error(error);
  process.exit(1);
});
