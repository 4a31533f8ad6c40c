import fc from "fast-check";

/** What a bad disk, a cut transfer or a careless tool does to a line; `other` is another line of the same log. */
export type Damage = (line: string, other: string) => string;

const NASTY = ['"', " ", "-", "\0", "\r", "[", "1", "A", "z", "\xff", "\x7f", ' "', '" ', " - ", "  "];

/** One to three damages after each other. A line end never comes of them. */
export const damage: fc.Arbitrary<Damage> = fc
  .array(oneDamage(), { minLength: 1, maxLength: 3 })
  .map((damages) => (line, other) => damages.reduce((text, one) => one(text, other), line).replaceAll("\n", "\x0b"));

function oneDamage(): fc.Arbitrary<Damage> {
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const at = (line: string, where: number) => Math.floor(where * line.length);
  const swapped = (words: string[], a: number, b: number) =>
    words.map((word, i) => (i === a ? words[b]! : i === b ? words[a]! : word)).join(" ");
  return fc.oneof(
    fc.tuple(place, fc.nat({ max: 7 })).map(
      ([where, bit]): Damage =>
        (line) => {
          const i = at(line, where);
          return line.slice(0, i) + String.fromCharCode((line.charCodeAt(i) || 0) ^ (1 << bit)) + line.slice(i + 1);
        },
    ),
    fc.tuple(place, fc.constantFrom(...NASTY)).map(
      ([where, text]): Damage =>
        (line) => {
          const i = at(line, where);
          return line.slice(0, i) + text + line.slice(i + 1);
        },
    ),
    fc.tuple(place, fc.constantFrom(...NASTY)).map(
      ([where, text]): Damage =>
        (line) => {
          const i = at(line, where);
          return line.slice(0, i) + text + line.slice(i);
        },
    ),
    fc.tuple(place, fc.nat({ max: 4 })).map(
      ([where, length]): Damage =>
        (line) => {
          const i = at(line, where);
          return line.slice(0, i) + line.slice(i + length);
        },
    ),
    place.map(
      (where): Damage =>
        (line) =>
          line.slice(0, at(line, where)),
    ),
    fc.tuple(place, place).map(
      ([to, from]): Damage =>
        (line, other) =>
          line.slice(0, at(line, to)) + other.slice(at(other, from)),
    ),
    fc.constantFrom("", " ").map(
      (gap): Damage =>
        (line, other) =>
          line + gap + other,
    ),
    fc.tuple(place, place).map(
      ([a, b]): Damage =>
        (line) => {
          const words = line.split(" ");
          return swapped(words, Math.floor(a * words.length), Math.floor(b * words.length));
        },
    ),
    place.map(
      (where): Damage =>
        (line) =>
          line
            .split(" ")
            .toSpliced(Math.floor(where * line.split(" ").length), 1)
            .join(" "),
    ),
  );
}
