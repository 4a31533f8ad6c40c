import type { Exception } from "../exceptions/exception.ts";
import { didYouMean } from "../policy/nearest.ts";
import type { Policy } from "../policy/policy.ts";

/** The rules that exceptions name and no policy in force has, a sentence each. */
export function exceptionNotes(exceptions: readonly Exception[], policies: readonly Policy[]): string[] {
  const known = policies.flatMap(({ rules }) => rules.map(({ id }) => id));
  return exceptions.flatMap(({ id, rules }) =>
    (rules ?? [])
      .filter((rule) => !known.includes(rule))
      .map((rule) => `exception ${id}: no policy in force has a rule ${rule}${didYouMean(rule, known)}`),
  );
}
