import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import type { LiveReport } from "../evidence/live/live.ts";
import type { SuppressedFinding } from "../exceptions/suppressed.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import type { Problem } from "../inputs/input.ts";
import { exceptionNotes } from "../report/exception-notes.ts";
import { liveNotes } from "../report/live-notes.ts";
import { printable } from "../report/printable.ts";
import { openSarif } from "../report/sarif.ts";
import { exposedKeys, summary } from "../report/summary.ts";
import { totals } from "../tally.ts";
import type { ScanResult } from "./scan.ts";

export const OUTPUTS = ["table", "json", "ndjson", "sarif"] as const;
export type Output = (typeof OUTPUTS)[number];

/** Prints what a scan found on standard output. */
export async function print(result: ScanResult, output: Output): Promise<void> {
  switch (output) {
    case "table": {
      const width = Math.min(process.stdout.columns || 80, 120);
      const paint = (style: Parameters<typeof styleText>[0], text: string) =>
        styleText(style, text, { stream: process.stdout });
      process.stdout.write(summary(result, width, paint));
      return;
    }
    case "json":
      process.stdout.write(`${JSON.stringify(jsonSummary(result), null, 2)}\n`);
      return;
    case "ndjson":
      for (const path of result.findings) for await (const piece of createReadStream(path)) await write(piece);
      return;
    case "sarif": {
      const sarif = openSarif(result.policies, packageJson.version, result.excepted !== null);
      process.stdout.write(sarif.head);
      for (const path of result.findings) {
        for await (const line of createInterface({
          input: createReadStream(path),
          crlfDelay: Number.POSITIVE_INFINITY,
        })) {
          await write(sarif.result(JSON.parse(line) as ComplianceFinding | SuppressedFinding));
        }
      }
      process.stdout.write(sarif.tail);
    }
  }
}

/** Writes no faster than the reader of the output reads. */
async function write(piece: string | Buffer): Promise<void> {
  if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}

/** The fields of the design's contract first. */
function jsonSummary(result: ScanResult): object {
  const { records, malformed, verdicts, policies, missing } = totals(result.tally, result.policies);
  const { objects, bytes, seconds, passedOver, digests, skipped, problems, inventories, live, excepted } = result;
  return {
    records,
    malformed,
    objects,
    bytes,
    seconds,
    verdicts,
    policies,
    missing,
    passedOver,
    digests,
    skipped,
    keyExposures: exposedKeys(result.tally),
    unread: problems.map(({ name, message }) => ({ object: name, problem: message })),
    inventories: inventories.map(({ problems: _, ...report }) => report),
    ...(live && { live }),
    ...(excepted && {
      exceptions: excepted.exceptions.map(({ id, until }, i) => ({
        id,
        until,
        findings: excepted.counts.byException[i],
      })),
      excepted: excepted.counts.excepted,
    }),
  };
}

/** Tells on standard error what could not be read, and what the store did not tell. */
export function tell(problems: readonly Problem[], live: LiveReport | null): void {
  const notes = live === null ? [] : liveNotes(live).map((message) => ({ name: "--live", message }));
  note([...problems, ...notes]);
}

/** Tells on standard error which exceptions can cover nothing. */
export function tellExceptions({ excepted, policies }: ScanResult): void {
  if (excepted === null) return;
  note(exceptionNotes(excepted.exceptions, policies).map((message) => ({ name: "--exceptions", message })));
}

function note(problems: readonly Problem[]): void {
  for (const { name, message } of problems) {
    process.stderr.write(`sealwatch: ${printable(name)}: ${printable(message)}\n`);
  }
}
