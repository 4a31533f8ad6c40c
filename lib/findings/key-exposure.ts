import type { Judgement } from "../audit.ts";
import { COMPLETE, get, HTTP, interfaceCode, isCopy, OTHER, SSE_C } from "../facts.ts";

/**
 * Whether the request sent an SSE-C key over plain HTTP: `exposed` if it certainly did, `possible` if the facts leave it
 * open. A refused request counts: the key has crossed the network all the same.
 */
export function keyExposure({ facts }: Pick<Judgement, "facts">): "exposed" | "possible" | null {
  const code = interfaceCode(facts);
  // CompleteMultipartUpload carries no key, and what the tables call Other carries none that they speak of.
  if (code === COMPLETE || code >= OTHER || get(facts, "transport") !== HTTP) return null;
  const keyed = isCopy(code) ? [get(facts, "source"), get(facts, "target")] : [get(facts, "target")];
  if (keyed.includes(SSE_C)) return "exposed";
  return keyed.some((encryptions) => encryptions & SSE_C) ? "possible" : null;
}
