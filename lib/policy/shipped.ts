import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { compile } from "./compile.ts";
import { PolicyError, quoted } from "./fault.ts";
import { loadTable } from "./load.ts";
import { didYouMean } from "./nearest.ts";
import type { Policy, Table } from "./policy.ts";

/** The tables that come with Sealwatch; the first is the default. */
export const SHIPPED = ["obs-sse", "transport-baseline"] as const;

/** Where the shipped tables are. A bundle must carry the folder `tables` beside itself. */
export function shippedTables(): { id: string; url: URL }[] {
  return SHIPPED.map((id) => ({ id, url: new URL(`./tables/${id}.csv`, import.meta.url) }));
}

/**
 * Puts a shipped policy or a table of one's own in force. A file's policy is called like the file, without `.csv`.
 * @throws {PolicyError} where there is no such policy, or its table has faults
 */
export function openPolicy(idOrFile: string): Policy {
  return compile(openTable(idOrFile));
}

/**
 * Several policies in force together.
 * @throws {PolicyError} also where two have one id, as the counts and findings of two such policies could not be told apart
 */
export function openPolicies(idsOrFiles: readonly string[]): Policy[] {
  const policies = idsOrFiles.map(openPolicy);
  const twice = policies.find(({ id }, i) => policies.findIndex((other) => other.id === id) < i);
  if (!twice) return policies;
  throw new PolicyError("policies", [
    `found two policies with the id ${quoted(twice.id)}; expected each once, and files that are named apart; for example ./${twice.id}-2.csv`,
  ]);
}

/** The table behind {@link openPolicy}, or all that is wrong with it. */
export function checkFile(idOrFile: string): Table | PolicyError {
  try {
    return openTable(idOrFile);
  } catch (error) {
    /* v8 ignore if -- a defect of this program: no table leads here */
    if (!(error instanceof PolicyError)) throw error;
    return error;
  }
}

function openTable(idOrFile: string): Table {
  const shipped = shippedTables().find(({ id }) => id === idOrFile);
  if (shipped) return loadTable(shipped.id, readTable(shipped.url, idOrFile), idOrFile);
  const extension = extname(idOrFile);
  if (extension.toLowerCase() !== ".csv") throw unknownPolicy(idOrFile);
  return loadTable(basename(idOrFile, extension), readTable(idOrFile, idOrFile), idOrFile);
}

/** @throws {PolicyError} where there is nothing to read */
export function readTable(file: string | URL, where: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PolicyError(where, [
      `found nothing to read (${code}); expected a .csv file that you may read; for example ./my-table.csv`,
    ]);
  }
}

function unknownPolicy(id: string): PolicyError {
  const known = `${SHIPPED.join(", ")}${didYouMean(id, SHIPPED)}, or the path of a .csv file`;
  return new PolicyError("policies", [
    `found ${quoted(id)}; expected ${known}; for example ${SHIPPED[0]} or ./my-policy.csv`,
  ]);
}
