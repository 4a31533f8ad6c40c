import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Measured } from "./contender.ts";
import { type Corpus, ensureCorpus } from "./corpus.ts";

interface Contender {
  name: string;
  run(corpus: Corpus): Measured;
  /** Its answer is of the first file only. */
  firstFileOnly?: boolean;
}

const HERE = import.meta.dirname;
const CLI = join(HERE, "../../lib/cli/sealwatch.js");

const ONE_CORE: Contender[] = [
  { name: "Sealwatch, full audit", run: ({ files }) => runScript("run-sealwatch.ts", files) },
  { name: "DuckDB read_csv, 2 of 28 columns", run: ({ files }) => runScript("run-duckdb.ts", files) },
  {
    name: "DuckDB read_csv, all columns",
    run: ({ files }) => runScript("run-duckdb.ts", files, { READ: "everything" }),
  },
  { name: "one regular expression a line", run: ({ files }) => runScript("run-regular-expression.ts", files) },
  {
    name: "csv-parse (1 file of 8)",
    run: ({ files }) => runScript("run-csv-parse.ts", files.slice(0, 1)),
    firstFileOnly: true,
  },
];
const TWO_CORES: Contender[] = [
  { name: "sealwatch scan --jobs 2", run: runCommand },
  { name: "DuckDB, threads=2", run: ({ files }) => wholeProcess("run-duckdb.ts", files, 2) },
];

const { values } = parseArgs({
  options: { size: { type: "string", default: "1024" }, rounds: { type: "string", default: "3" } },
});
const rounds = atLeastOne("rounds", values.rounds);
const corpus = ensureCorpus(atLeastOne("size", values.size));
const expected = runScript("run-regular-expression.ts", corpus.files);
const expectedOfFirst = runScript("run-regular-expression.ts", corpus.files.slice(0, 1));

console.log(`${cpus()[0]!.model}, Node ${process.version}`);
console.log(
  `${mb(corpus.bytes)} MB in ${corpus.files.length} files, ${grouped(expected.lines)} lines; median of ${rounds}`,
);
console.log("\nOne core each, start-up not counted");
compare(ONE_CORE);
console.log("\nTwo cores each, whole process");
compare(TWO_CORES);

function compare(contenders: readonly Contender[]): void {
  const runs = contenders.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) runs[i]!.push(checked(contender, contender.run(corpus)));
  }
  const speeds = runs.map((all) => {
    const { bytes, lines, seconds, peak } = all.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(rounds / 2)]!;
    return { bytes: bytes / seconds, lines: lines / seconds, peak };
  });
  console.log(row("", "MB/s", "lines/s", "× first", "peak MB"));
  for (const [i, { name }] of contenders.entries()) {
    const { bytes, lines, peak } = speeds[i]!;
    const ratio = bytes / speeds[0]!.bytes;
    console.log(row(name, mb(bytes), grouped(Math.round(lines)), ratio.toFixed(2), mb(peak)));
  }
}

/** Stops where an answer differs from what the regular expression found. */
function checked({ name, firstFileOnly }: Contender, measured: Measured): Measured {
  const { lines, exposed } = firstFileOnly ? expectedOfFirst : expected;
  if (measured.lines === lines && measured.exposed === exposed) return measured;
  console.error(`${name}: ${measured.lines} lines, ${measured.exposed} exposed; expected ${lines} and ${exposed}`);
  process.exit(1);
}

/** One script on one core, by its own account. */
function runScript(script: string, files: readonly string[], env?: Record<string, string>): Measured {
  return JSON.parse(output(onOneCore([join(HERE, script), ...files]), env)) as Measured;
}

/** One script from start to end of its process. */
function wholeProcess(script: string, files: readonly string[], threads: number): Measured {
  const start = performance.now();
  const text = output([process.execPath, join(HERE, script), ...files], { THREADS: String(threads) });
  return { ...(JSON.parse(text) as Measured), seconds: (performance.now() - start) / 1000 };
}

/** The command, as a user starts it; what it says of TLS and signatures is not in its totals, so that isn't compared. */
function runCommand({ folder, bytes }: Corpus): Measured {
  const scratch = mkdtempSync(join(tmpdir(), "sealwatch-bench-peak-"));
  const file = join(scratch, "peak");
  const preload = { NODE_OPTIONS: `--import=${join(HERE, "peak-memory.ts")}`, PEAK_MEMORY_FILE: file };
  const start = performance.now();
  const text = output(
    [process.execPath, CLI, "scan", "--jobs", "2", "--output", "json", "--fail-on", "never", folder],
    preload,
  );
  const seconds = (performance.now() - start) / 1000;
  const peaks = readFileSync(file, "utf8").trim().split("\n").map(Number);
  rmSync(scratch, { recursive: true });
  const { records, malformed } = JSON.parse(text) as { records: number; malformed: number };
  const peak = peaks.reduce((sum, n) => sum + n, 0);
  return { lines: records + malformed, exposed: expected.exposed, bytes, seconds, peak };
}

/** Pinned to one core where the system can do that, so that no helper thread works beside it. */
function onOneCore(args: string[]): string[] {
  const canPin = process.platform === "linux" && statSync("/usr/bin/taskset", { throwIfNoEntry: false });
  return [...(canPin ? ["taskset", "-c", "0"] : []), process.execPath, ...args];
}

function output([command, ...args]: string[], env: Record<string, string> = {}): string {
  const child = spawnSync(command!, args, { encoding: "utf8", env: { ...process.env, ...env } });
  if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status}: ${child.stderr}`);
  return child.stdout;
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(11)).join("");
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function grouped(n: number): string {
  return n.toLocaleString("en");
}

function atLeastOne(option: string, text: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1) return n;
  console.error(`--${option} is ${JSON.stringify(text)}; expected a whole number from 1, as --${option} 8`);
  process.exit(2);
}
