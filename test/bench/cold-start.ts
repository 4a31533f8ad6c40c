/**
 * What a cold start costs: the size of each function's package, and the time from the start of Node until its handler is
 * ready, in a process of its own. `npm run bench` prints it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { bundleFunction } from "../support/bundle.ts";

const RUNS = 15;

/** What serverless.yml sets. */
const ENVIRONMENT = {
  AWS_REGION: "eu-central-1",
  FINDINGS_BUCKET: "findings",
  LOG_BUCKETS: "my-logs",
  FINDINGS_QUEUE: "https://sqs.eu-central-1.amazonaws.com/111122223333/findings",
  LOG_EVENTS_QUEUE: "https://sqs.eu-central-1.amazonaws.com/111122223333/log-events",
  POLICIES: "obs-sse",
  EXCEPTIONS: "exceptions.csv",
  ALERTS_TOPIC: "arn:aws:sns:eu-central-1:111122223333:alerts",
  CHAT_TOPIC: "arn:aws:sns:eu-central-1:111122223333:chat",
  SEVERITY_THRESHOLD: "medium",
  ALERT_WINDOW_MINUTES: "60",
  POWERTOOLS_METRICS_NAMESPACE: "Sealwatch",
  POWERTOOLS_SERVICE_NAME: "sealwatch-bench",
};

/** Prints the ms since the process started, once the module that it is given is loaded. */
const WHEN_READY =
  'const [, file] = process.argv; if (file) await import(file); console.log("\\n" + performance.now())';

const folder = mkdtempSync(join(tmpdir(), "sealwatch-bench-"));
try {
  const names = readdirSync(join(import.meta.dirname, "../../functions")).map((file) => basename(file, ".ts"));
  const bundles = await Promise.all(names.map((name) => bundleFunction(name, join(folder, name))));
  const starters: Starter[] = [
    { name: "Node alone", times: [] },
    ...names.map((name, i) => ({ name, bundle: bundles[i]!, times: [] })),
  ];
  // In turn, so that what else the machine does is spread over all of them.
  for (let run = 0; run < RUNS; run++) for (const { bundle, times } of starters) times.push(startUp(bundle));
  console.log(
    `${"".padEnd(20)}${"median".padStart(9)}${"from to".padStart(14)}${"code".padStart(10)}${"zip".padStart(10)}`,
  );
  for (const starter of starters) console.log(rowOf(starter));
  console.log(`${RUNS} starts each; targets of audit-log-object: under 150 ms and 1000 kB of zip`);
} finally {
  rmSync(folder, { recursive: true });
}

interface Starter {
  name: string;
  /** `undefined` for Node alone. */
  bundle?: string;
  /** In ms. */
  times: number[];
}

function startUp(bundle?: string): number {
  const args = ["--input-type=module", "--eval", WHEN_READY, ...(bundle ? [bundle] : [])];
  const printed = execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: "utf8" });
  return Number(printed.trimEnd().split("\n").at(-1));
}

function rowOf({ name, bundle, times }: Starter): string {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, median, most] = [0, RUNS >> 1, RUNS - 1].map((i) => sorted[i]!.toFixed(0));
  const sizes = bundle ? kilobytes(statSync(bundle).size) + kilobytes(zipSize(bundle)) : "";
  return `${name.padEnd(20)}${`${median} ms`.padStart(9)}${`${least} to ${most}`.padStart(14)}${sizes}`;
}

/** Of the zip that is uploaded: the bundle, and the tables if it carries any. */
function zipSize(bundle: string): number {
  const root = dirname(dirname(bundle));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.(?:mjs|csv)$/.test(file));
  // Each file has a header of 30 bytes, and of 46 in the directory, whose end has 22.
  return files.reduce(
    (sum, file) => sum + 76 + 2 * file.length + deflateRawSync(readFileSync(join(root, file))).length,
    22,
  );
}

function kilobytes(size: number): string {
  return `${(size / 1000).toFixed(0)} kB`.padStart(10);
}
