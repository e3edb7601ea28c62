// Midjourney's flags in a prompt, as the Create form needs them: which there are, and the prompt
// with one of them changed. Text, chips and controls are three views of the same text; the server
// has the last word on what a flag means.

// Flags that take no value; every other takes one word, "no" and quoted text more.
const bare = new Set(["fast", "relax", "turbo", "raw", "tile", "draft", "hd", "sd", "public",
  "stealth", "video", "loop", "test", "creative", "hq", "uplight", "upbeta"]);
const valued = new Set(["ar", "aspect", "bs", "chaos", "c", "cref", "cw", "edit", "end", "exp",
  "iw", "motion", "no", "oref", "ow", "quality", "q", "repeat", "r", "sameseed", "seed", "sref",
  "stop", "style", "stylize", "s", "sv", "sw", "version", "v", "weird", "w", "zoom", "niji",
  "profile", "p"]);
const optional = new Set(["niji", "profile", "p"]);
const alias = { aspect: "ar", c: "chaos", q: "quality", r: "repeat", s: "stylize", v: "version",
  w: "weird", p: "profile" };
export const modes = ["fast", "relax", "turbo"];

const flagPattern = /(^|\s)(?:--|—|–)([a-z]+)(?=\s|$)/gi;

// [{name, word, value, start, end, known}] in the order of the text; `word` is how it is spelled.
export function flagsOf(prompt) {
  const found = [...prompt.matchAll(flagPattern)].map((match) => ({
    word: match[2].toLowerCase(),
    start: match.index + match[1].length,
    after: match.index + match[0].length,
  }));
  return found.map((one, place) => {
    const limit = place + 1 < found.length ? found[place + 1].start : prompt.length;
    const rest = prompt.slice(one.after, limit);
    const name = alias[one.word] ?? one.word;
    const known = bare.has(one.word) || valued.has(one.word);
    let value = "";
    let end = one.after;
    if (known && !bare.has(one.word)) {
      const word = name === "no" ? rest.trim() : (rest.match(/\S+/)?.[0] ?? "");
      if (!optional.has(one.word) || /^[\d.]+$/.test(word)) {
        value = word;
        end = word === "" ? one.after : one.after + rest.indexOf(word) + word.length;
      }
    }
    return { name, word: one.word, value, start: one.start, end, known };
  });
}

export function valueOf(prompt, name) {
  return flagsOf(prompt).filter((flag) => flag.name === name).at(-1)?.value ?? null;
}

export function textOf(prompt) {
  let text = "";
  let at = 0;
  for (const flag of flagsOf(prompt)) {
    text += prompt.slice(at, flag.start);
    at = flag.end;
  }
  return (text + prompt.slice(at)).replace(/\s+/g, " ").trim();
}

function without(prompt, names) {
  let text = "";
  let at = 0;
  for (const flag of flagsOf(prompt)) {
    if (names.includes(flag.name)) {
      text += prompt.slice(at, flag.start).replace(/[ \t]+$/, "");
      at = flag.end;
    }
  }
  return text + prompt.slice(at);
}

// The prompt with `--name value`; null takes the flag out, "" makes it a bare one.
export function withFlag(prompt, name, value) {
  const rest = without(prompt, modes.includes(name) ? modes : [alias[name] ?? name]);
  if (value === null) {
    return rest;
  }
  return `${rest.replace(/\s+$/, "")} --${name}${value === "" ? "" : ` ${value}`}`.trimStart();
}

export function ratioOf(prompt) {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(valueOf(prompt, "ar") ?? "");
  const ratio = match ? Number(match[1]) / Number(match[2]) : 1;
  return ratio > 0.2 && ratio < 5 ? ratio : 1;
}

// "{red, blue} cat" is two prompts. Braces nest; "\{" is a brace. At most `most` are counted.
export function permutations(prompt, most = 100) {
  const open = /(^|[^\\])\{/.exec(prompt);
  if (!open) {
    return [prompt];
  }
  const start = open.index + open[0].length - 1;
  const choices = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < prompt.length; at += 1) {
    const char = prompt[at];
    if (char === "\\") {
      at += 1;
    } else if (char === "{") {
      depth += 1;
    } else if (char === "}" || (char === "," && depth === 1)) {
      if (depth === 1) {
        choices.push(prompt.slice(from, at).trim());
        from = at + 1;
      }
      depth -= char === "}" ? 1 : 0;
      if (depth === 0) {
        const rest = prompt.slice(at + 1);
        return choices.flatMap((one) => permutations(prompt.slice(0, start) + one + rest, most))
          .slice(0, most);
      }
    }
  }
  return [prompt];
}
