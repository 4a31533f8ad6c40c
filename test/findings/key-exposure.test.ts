import { expect, test } from "vitest";
import { worldsOf } from "../../lib/audit.ts";
import {
  ANY_ENCRYPTION,
  ANY_TRANSPORT,
  COMPLETE,
  type Facts,
  get,
  HTTP,
  interfaceCode,
  OFF_NETWORK,
  OTHER,
  pack,
  SSE_C,
  V4,
} from "../../lib/facts.ts";
import { keyExposure } from "../../lib/findings/key-exposure.ts";

/** The law, over worlds: exposed if the key crosses in each, possible if in some while HTTP is certain. */
function byWorlds(facts: Facts): ReturnType<typeof keyExposure> {
  const sends = (world: Facts) => get(world, "source") === SSE_C || get(world, "target") === SSE_C;
  const code = interfaceCode(facts);
  if (code === COMPLETE || code === OTHER || code === OFF_NETWORK || get(facts, "transport") !== HTTP) return null;
  const worlds = worldsOf(facts);
  if (worlds.every(sends)) return "exposed";
  return worlds.some(sends) ? "possible" : null;
}

test("every combination of interface, transport and encryption", () => {
  const seen = { exposed: 0, possible: 0, null: 0 };
  for (let code = 0; code <= OFF_NETWORK; code++) {
    for (let transport = 1; transport <= ANY_TRANSPORT; transport++) {
      for (let source = 1; source <= ANY_ENCRYPTION; source++) {
        for (let target = 1; target <= ANY_ENCRYPTION; target++) {
          const facts = pack(code, transport, V4, source, target);
          const exposure = keyExposure({ facts });
          seen[`${exposure}`]++;
          if (exposure !== byWorlds(facts)) expect.fail(`${facts}: ${exposure}, not ${byWorlds(facts)}`);
        }
      }
    }
  }
  // 6 interfaces with 15 targets, repeated for 15 sources: 1 is SSE-C, 7 may be. 2 copies: 15 × 15 pairs less 14 × 14, less 7 × 7.
  expect(seen).toEqual({ exposed: 6 * 15 + 2 * 29, possible: 6 * 15 * 7 + 2 * (14 * 14 - 7 * 7), null: 75_653 });
});
