import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { auditInto } from "../../lib/audit.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";
import { cloudtrail } from "../../lib/sources/cloudtrail/index.ts";
import { createTally, totals } from "../../lib/tally.ts";
import { logObject, MIXES, type Mix } from "./cloudtrail-events.ts";
import { readWithJsonParse } from "./cloudtrail-plain.ts";

/**
 * How fast CloudTrail's log objects are audited, against JSON.parse with the same questions asked of what it gives.
 *
 *   node test/bench/cloudtrail.ts
 *
 * Each contender reads some 100 MB of events, in eight gzip files, in a process of its own. What counts is the seconds of
 * the processor that the fastest of its runs took.
 */
const FILES = 8;
const FILE_BYTES = 12.5e6;
const ROUNDS = 3;
/** Of each contender in a round, after one that warms up the compiler. */
const RUNS = 3;
/** As gunzip gives it out. */
const CHUNK = 1 << 18;

const policies = [openPolicy("obs-sse")];

interface Measured {
  seconds: number;
  bytes: number;
  /** Records by verdict, as JSON; all contenders must find the same. */
  answer: string;
}

const CONTENDERS: Record<string, (files: Buffer[]) => string> = {
  "gunzip alone": (files) => String(files.reduce((sum, file) => sum + gunzipSync(file).length, 0)),
  "gunzip + JSON.parse": (files) =>
    answerOf((recipient) => {
      for (const file of files) readWithJsonParse(gunzipSync(file).toString(), recipient.see);
    }),
  "gunzip + Sealwatch": (files) =>
    answerOf((recipient) => {
      for (const file of files) {
        const bytes = gunzipSync(file);
        const reader = cloudtrail.open(recipient);
        for (let at = 0; at < bytes.length; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
        reader.end();
      }
    }),
};

const [contender, folder] = process.argv.slice(2);
if (contender !== undefined && folder !== undefined) console.log(JSON.stringify(measure(contender, folder)));
else for (const mix of Object.keys(MIXES) as Mix[]) compare(mix);

function answerOf(read: (recipient: ReturnType<typeof auditInto>) => void): string {
  const tally = createTally();
  read(auditInto(tally, { policies, resolvers: [] }));
  return JSON.stringify(totals(tally.counts(), policies));
}

function measure(name: string, folder: string): Measured {
  const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
  const run = CONTENDERS[name]!;
  const answer = run(files);
  const seconds = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    run(files);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  return {
    seconds: Math.min(...seconds),
    bytes: files.reduce((sum, file) => sum + gunzipSync(file).length, 0),
    answer,
  };
}

function compare(mix: Mix): void {
  const folder = mkdtempSync(join(tmpdir(), "sealwatch-bench-cloudtrail-"));
  for (let i = 0; i < FILES; i++) writeFileSync(join(folder, `${i}.json.gz`), gzipSync(logObject(mix, FILE_BYTES, i)));
  const names = Object.keys(CONTENDERS);
  const runs = names.map((): Measured[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, name] of names.entries()) runs[i]!.push(inProcess(name, folder));
  }
  rmSync(folder, { recursive: true });

  const [gunzip, plain, sealwatch] = runs.map((all) => all.toSorted((a, b) => a.seconds - b.seconds)[0]!);
  if (plain!.answer !== sealwatch!.answer) throw new Error(`${plain!.answer} is not ${sealwatch!.answer}`);
  console.log(`\n${mix}: ${(gunzip!.bytes / 1e6).toFixed(0)} MB; ${cpus()[0]!.model}, Node ${process.version}`);
  console.log(row("", "seconds", "MB/s", "× JSON.parse", "without gunzip"));
  for (const [i, { seconds, bytes }] of [gunzip!, plain!, sealwatch!].entries()) {
    const speed = (bytes / seconds / 1e6).toFixed(0);
    const ratio = (plain!.seconds / seconds).toFixed(2);
    const bare = (plain!.seconds - gunzip!.seconds) / (seconds - gunzip!.seconds);
    console.log(row(names[i]!, seconds.toFixed(2), speed, ratio, i === 0 ? "" : bare.toFixed(2)));
  }
}

function inProcess(name: string, folder: string): Measured {
  const child = spawnSync(process.execPath, [import.meta.filename, name, folder], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${name} ended with ${child.status}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Measured;
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(16)).join("");
}
