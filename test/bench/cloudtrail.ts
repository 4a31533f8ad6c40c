import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { auditInto } from "../../lib/audit.ts";
import { auditLog } from "../../lib/inputs/audit-log.ts";
import { fileInput } from "../../lib/inputs/files.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";
import { addUp, createTally, type TallyCounts, totals } from "../../lib/tally.ts";
import { logObject, MIXES, type Mix } from "./cloudtrail-events.ts";
import { readWithJsonParse } from "./cloudtrail-plain.ts";

/**
 * How fast CloudTrail's log objects are audited, from the file to the verdicts, against JSON.parse with the same questions asked
 * of what it gives.   node test/bench/cloudtrail.ts
 *
 * Each contender reads some 50 MB of events, in four gzip files, in a process of its own; its fastest run counts.
 */
const FILES = 4;
const FILE_BYTES = 12.5e6;
const ROUNDS = 3;
/** Of each contender in a round, after one that warms up the compiler. */
const RUNS = 4;
const SETTLE_MS = 300;

const policies = [openPolicy("obs-sse")];
const judge = { policies, resolvers: [] };

interface Measured {
  /** Of the processor, all threads together. */
  seconds: number;
  /** By the clock. */
  elapsed: number;
  /** In bytes. */
  peak: number;
  /** Records by verdict, as JSON; all that audit must find the same. */
  answer: string;
}

const CONTENDERS: Record<string, (files: string[]) => string | Promise<string>> = {
  "gunzip alone": (files) => String(files.reduce((sum, file) => sum + gunzipSync(readFileSync(file)).length, 0)),
  "gunzip + JSON.parse": (files) => answerOf(files.map(auditWithJsonParse)),
  Sealwatch: async (files) => {
    const tallies: TallyCounts[] = [];
    for (const file of files) tallies.push(await audit(file));
    return answerOf(tallies);
  },
};

const [contender, ...files] = process.argv.slice(2);
if (contender !== undefined) console.log(JSON.stringify(await measure(CONTENDERS[contender]!, files)));
else for (const mix of Object.keys(MIXES) as Mix[]) compare(mix);

function auditWithJsonParse(path: string): TallyCounts {
  const tally = createTally();
  readWithJsonParse(gunzipSync(readFileSync(path)).toString(), auditInto(tally, judge).see);
  return tally.counts();
}

async function audit(path: string): Promise<TallyCounts> {
  const { size, mtimeMs } = statSync(path);
  const input = fileInput({ path, key: path, size, lastModified: mtimeMs });
  const { tally, problem } = await auditLog(input, { judge, source: null, evidence: [] });
  if (problem !== null) throw new Error(problem);
  return tally;
}

function answerOf(tallies: TallyCounts[]): string {
  return JSON.stringify(totals(addUp(tallies), policies));
}

async function measure(run: (files: string[]) => string | Promise<string>, files: string[]): Promise<Measured> {
  const answer = await run(files);
  // What starting up left to be compiled in the background would count as reading.
  await setTimeout(SETTLE_MS);
  const measured: Measured = { answer, seconds: Number.POSITIVE_INFINITY, elapsed: Number.POSITIVE_INFINITY, peak: 0 };
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    const startOfCpu = process.cpuUsage();
    await run(files);
    const { user, system } = process.cpuUsage(startOfCpu);
    measured.seconds = Math.min(measured.seconds, (user + system) / 1e6);
    measured.elapsed = Math.min(measured.elapsed, (performance.now() - start) / 1000);
  }
  return { ...measured, peak: process.resourceUsage().maxRSS * 1024 };
}

function compare(mix: Mix): void {
  const folder = mkdtempSync(join(tmpdir(), "sealwatch-bench-cloudtrail-"));
  let bytes = 0;
  for (let i = 0; i < FILES; i++) {
    const text = logObject(mix, FILE_BYTES, i);
    bytes += text.length;
    writeFileSync(join(folder, `${i}.json.gz`), gzipSync(text));
  }
  const files = readdirSync(folder).map((file) => join(folder, file));
  const names = Object.keys(CONTENDERS);
  const runs = names.map((): Measured[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, name] of names.entries()) runs[i]!.push(inProcess(name, files));
  }
  rmSync(folder, { recursive: true });

  const best = runs.map((all) => ({
    answer: all[0]!.answer,
    seconds: Math.min(...all.map(({ seconds }) => seconds)),
    elapsed: Math.min(...all.map(({ elapsed }) => elapsed)),
    peak: Math.min(...all.map(({ peak }) => peak)),
  }));
  const [gunzip, plain, sealwatch] = best;
  if (plain!.answer !== sealwatch!.answer) throw new Error(`${plain!.answer} is not ${sealwatch!.answer}`);
  console.log(`\nCloudTrail, ${mix}: ${mb(bytes)} MB of events; ${cpus()[0]!.model}, Node ${process.version}`);
  console.log(row("", "MB/s", "× JSON.parse", "× gunzip", "by the clock", "× JSON.parse", "peak MB"));
  for (const [i, { seconds, elapsed, peak }] of best.entries()) {
    const processor = [mb(bytes / seconds), times(plain!.seconds, seconds), times(gunzip!.seconds, seconds)];
    console.log(row(names[i]!, ...processor, mb(bytes / elapsed), times(plain!.elapsed, elapsed), mb(peak)));
  }
}

function inProcess(name: string, files: string[]): Measured {
  const child = spawnSync(process.execPath, [import.meta.filename, name, ...files], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${name} ended with ${child.status}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Measured;
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(22) + cells.map((cell) => cell.padStart(14)).join("");
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function times(other: number, own: number): string {
  return (other / own).toFixed(2);
}
