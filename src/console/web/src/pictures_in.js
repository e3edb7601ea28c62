// Pictures that go along with a request: read here, and refused here where the server would.
import { capabilities } from "./session.js";

const types = ["image/png", "image/jpeg", "image/webp"];

function dataUrlOf(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}

// {name, bytes, width, height, data, preview} or {refused: key of the reason, name}.
export async function takePicture(file) {
  const limit = capabilities.value.limits.pictureBytes;
  if (!types.includes(file.type)) {
    return { refused: "picture.type", name: file.name };
  }
  if (file.size > limit) {
    return { refused: "picture.size", name: file.name };
  }
  const preview = URL.createObjectURL(file);
  const image = new Image();
  image.src = preview;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(preview);
    return { refused: "picture.broken", name: file.name };
  }
  return { name: file.name, bytes: file.size, width: image.naturalWidth,
    height: image.naturalHeight, data: await dataUrlOf(file), preview };
}
