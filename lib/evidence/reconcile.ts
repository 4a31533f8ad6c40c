import { type Facts, get, HTTP, SSE_C, set } from "../facts.ts";

/**
 * A request's facts after an earlier write said which values one of them can have: both count. Where they exclude each
 * other, either may be so; but a customer's key sent over plain HTTP is exposed whether the object needed it or not.
 */
export function reconcile(facts: Facts, fact: "source" | "target", values: number): Facts {
  const before = get(facts, fact);
  const isExposed = before === SSE_C && get(facts, "transport") === HTTP;
  return set(facts, fact, before & values || (isExposed ? SSE_C : before | values));
}
