// Requests in Ideogram's own words, from the forms that the server describes: which fields stand
// open, and the body of what was filled in. A field that this console has never heard of is drawn
// by its type, so a new option of Ideogram's needs nothing here.

const open = ["aspect_ratio", "rendering_speed", "num_images", "negative_prompt"];

export const isOpen = (field) => field.required || open.includes(field.name);

// The form of an operation for a model; the nearest one where it has none for it.
export function formOf(operations, name, model) {
  const operation = operations.find((one) => one.name === name) ?? operations[0];
  const form = operation.models.find((one) => one.model === model) ?? operation.models.at(-1);
  return { operation, model: form.model, fields: form.fields };
}

// "16x9", "ASPECT_16_9": [16, 9]; null for what is no shape.
export function shapeOf(word) {
  const sides = /^(?:ASPECT_)?(\d+)[x_:](\d+)$/.exec(word);
  return sides ? [Number(sides[1]), Number(sides[2])] : null;
}

const words = (text) => String(text).split(/[\s,;]+/).filter(Boolean);

function valueFor(field, given) {
  if (field.type === "file") {
    const data = (given || []).map((one) => one.data).slice(0, field.count ?? 1);
    return data.length === 0 ? undefined : field.count ? data : data[0];
  }
  if (given === undefined || given === null || given === "") {
    return undefined;
  }
  if (field.type === "integer") {
    return Number(given);
  }
  if (field.type === "object") {
    return given.members?.length > 0 || given.name ? given : undefined;
  }
  return field.count ? words(given) : given;
}

// `values` holds what was filled in, by name; what the form does not have stays behind.
export function bodyFor({ model, fields }, values) {
  const body = model === null ? {} : { model };
  for (const field of fields) {
    const value = valueFor(field, values[field.name]);
    if (value !== undefined) {
      body[field.name] = value;
    }
  }
  return body;
}

export const missingIn = ({ fields }, values) => fields.filter((field) =>
  field.required && valueFor(field, values[field.name]) === undefined).map((field) => field.name);
