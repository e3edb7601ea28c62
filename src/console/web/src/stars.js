// Pictures that somebody likes, by task and place: kept in this browser alone.
import { remembered } from "./settings.js";

export const stars = remembered("stars", []);

export const keyOf = (id, place) => `${id}/${place}`;
export const taskOf = (key) => key.split("/")[0];
export const placeOf = (key) => Number(key.split("/")[1]);
export const isStarred = (key) => stars.value.includes(key);

// All of them, or, where all have one already, none.
export function star(keys) {
  const rest = stars.value.filter((one) => !keys.includes(one));
  stars.value = keys.every(isStarred) ? rest : [...keys, ...rest];
}
