import { basename } from "node:path";
import { compile } from "./compile.ts";
import { PolicyError, quoted } from "./fault.ts";
import { loadTable } from "./load.ts";
import type { Policy } from "./policy.ts";
import { openPolicies } from "./shipped.ts";

/**
 * The policies of a service that runs for long, by their names: ids of shipped tables, and keys of tables (`….csv`) that
 * `read` finds. Those keys are read anew at every call, as a table may be replaced at any time. While nothing has changed
 * the same array is given: what is remembered of it stays of use.
 * @throws {PolicyError} where there is no such policy, its table has faults, or two have one id
 */
export function policiesInForce(
  names: readonly string[],
  read: (key: string) => Promise<Uint8Array | null>,
): () => Promise<readonly Policy[]> {
  const shipped = new Map(openPolicies(names.filter((name) => !isKey(name))).map((policy) => [policy.id, policy]));
  let known: readonly Policy[] = [];

  async function open(key: string): Promise<Policy> {
    const bytes = await read(key);
    if (bytes === null) {
      throw new PolicyError(key, [
        `found nothing; expected a table in the findings bucket; for example policies/ours.csv`,
      ]);
    }
    const table = loadTable(basename(key, ".csv"), bytes, key);
    return known.find(({ id, digest }) => id === table.id && digest === table.digest) ?? compile(table);
  }

  return async () => {
    const policies = await Promise.all(names.map((name) => shipped.get(name) ?? open(name)));
    const twice = policies.find(({ id }, i) => policies.findIndex((other) => other.id === id) < i);
    if (twice) {
      throw new PolicyError("policies", [
        `found two policies with the id ${quoted(twice.id)}; expected each once, and tables that are named apart; for example policies/${twice.id}-2.csv`,
      ]);
    }
    const isSame = policies.length === known.length && policies.every((policy, i) => policy === known[i]);
    if (!isSame) known = policies;
    return known;
  };
}

function isKey(name: string): boolean {
  return name.endsWith(".csv");
}
