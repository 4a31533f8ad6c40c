/**
 * What a cold start costs: the size of each function's package, and the time from the start of Node until its handler is
 * ready, in a process of its own. `npm run bench` prints it; the targets are those of audit-log-object.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { bundleFunction } from "../support/bundle.ts";

const RUNS = 15;
const TARGETS = "targets: under 150 ms and 1000 kB";

/** What serverless.yml sets. */
const ENVIRONMENT = {
  AWS_REGION: "eu-central-1",
  FINDINGS_BUCKET: "findings",
  LOG_BUCKETS: "my-logs",
  LOG_EVENTS_QUEUE: "https://sqs.eu-central-1.amazonaws.com/111122223333/log-events",
  POLICIES: "obs-sse",
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
  console.log(`${"Node alone".padEnd(20)}${milliseconds(startUp())}`);
  for (const name of names) {
    const bundle = await bundleFunction(name, join(folder, name));
    console.log(`${name.padEnd(20)}${milliseconds(startUp(bundle))}${kilobytes(zipSize(bundle))}`);
  }
  console.log(`median of ${RUNS} starts; ${TARGETS}`);
} finally {
  rmSync(folder, { recursive: true });
}

function startUp(bundle?: string): number {
  const args = ["--input-type=module", "--eval", WHEN_READY, ...(bundle ? [bundle] : [])];
  const times = Array.from({ length: RUNS }, () => {
    const printed = execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: "utf8" });
    return Number(printed.trimEnd().split("\n").at(-1));
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
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

function milliseconds(time: number): string {
  return `${time.toFixed(0).padStart(6)} ms`;
}

function kilobytes(size: number): string {
  return `${(size / 1000).toFixed(0).padStart(7)} kB zip`;
}
