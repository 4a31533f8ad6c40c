import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import { Command, InvalidArgumentError, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { DEFAULT_ENCRYPTIONS, type DefaultEncryption } from "../evidence/stated.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import type { Problem } from "../inputs/input.ts";
import { PolicyError } from "../policy/fault.ts";
import { didYouMean } from "../policy/nearest.ts";
import { checkFile, openPolicy, SHIPPED } from "../policy/shipped.ts";
import { policyMatrix } from "../report/policy-matrix.ts";
import { printable } from "../report/printable.ts";
import { openSarif } from "../report/sarif.ts";
import { exposedKeys, summary } from "../report/summary.ts";
import { plural } from "../report/units.ts";
import { isS3Uri, parseS3Uri } from "../s3/place.ts";
import { SOURCES } from "../sources/index.ts";
import { totals } from "../tally.ts";
import { explain } from "./explain.ts";
import { EXIT } from "./main.ts";
import { createProgress, NO_PROGRESS } from "./progress.ts";
import { type ScanResult, scan } from "./scan.ts";

const OUTPUTS = ["table", "json", "ndjson", "sarif"] as const;
const FAIL_ON = ["violation", "indeterminate", "never"] as const;
const SOURCE_IDS = ["auto", ...SOURCES.map(({ id }) => id)];

interface ReadingOptions {
  policy?: string[];
  source: string;
  inventory?: string[];
  defaultEncryption?: DefaultEncryption;
  endpoint?: string;
  region?: string;
  since?: number;
  until?: number;
}

interface ScanOptions extends ReadingOptions {
  output: (typeof OUTPUTS)[number];
  store?: string;
  jobs: number;
  failOn: (typeof FAIL_ON)[number];
}

/** The commands. `exit` is told the exit code of one that ran; wrong usage throws a CommanderError. */
export function createProgram(signal: AbortSignal, exit: (code: number) => void): Command {
  const program = new Command("sealwatch")
    .description(
      "Proves from object-storage access logs that every operation on encrypted objects used a permitted transport and request signature.",
    )
    .version(packageJson.version)
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || 80, 100) })
    .showHelpAfterError("Add --help for options and examples.")
    .addHelpText("after", HELP);

  reading(program.command("scan"))
    .summary("audit log files and folders")
    .description("Audits log files, folders and buckets, and sums up what broke a policy, or may have.")
    .argument("<path...>", PATHS, places)
    .addOption(choice("--output <format>", "what to print", OUTPUTS, "table"))
    .option("--store <place>", "keep findings, receipts and malformed lines in this folder or s3:// prefix", place)
    .option("--jobs <n>", "worker threads that read log objects", positive, 1)
    .addOption(choice("--fail-on <verdict>", "which findings make the exit code 1", FAIL_ON, "violation"))
    .addHelpText("after", SCAN_HELP)
    .action(async (paths: string[], options: ScanOptions, command: Command) => {
      if (options.store !== undefined && (options.since ?? options.until) !== undefined) {
        command.error(
          "error: --store keeps receipts, which speak for whole log objects, so it can't go with --since or --until.\nLeave out either.",
        );
      }
      exit(await runScan(paths, options, signal));
    });

  reading(program.command("explain"))
    .summary("print each record with its facts and verdict")
    .description("Prints one JSON line for each record: its facts, what each policy says, and why.")
    .argument("<path...>", PATHS, places)
    .addHelpText("after", EXPLAIN_HELP)
    .action(async (paths: string[], options: ReadingOptions) => {
      const problems = await explain({ paths, ...readingOf(options) }, signal, (line) => {
        process.stdout.write(`${line}\n`);
      });
      tell(problems);
      exit(problems.length > 0 ? EXIT.unread : EXIT.clean);
    });

  const policy = program.command("policy").description("Lists, shows and checks policies: decision tables in CSV.");
  policy
    .command("list")
    .description("List the policies that come with Sealwatch.")
    .action(() => {
      for (const id of SHIPPED) {
        const { rules, digest } = openPolicy(id);
        process.stdout.write(`${id.padEnd(20)} ${String(rules.length).padStart(3)} rules  ${digest}\n`);
      }
    });
  policy
    .command("show")
    .description("Show a policy as a matrix.")
    .argument("[policy]", `a shipped policy or a .csv file`, SHIPPED[0])
    .action((id: string) => {
      process.stdout.write(`${policyMatrix(openPolicy(id), process.stdout.columns || 80).trimEnd()}\n`);
    });
  policy
    .command("check")
    .description("Check a table of your own: all its faults at once, with their places.")
    .argument("<file>", "a .csv file")
    .action((file: string) => {
      const checked = checkFile(file);
      if (checked instanceof PolicyError) throw checked;
      process.stdout.write(
        `${printable(file)}: ${plural(checked.rules.length, "rule")}, no fault, ${checked.digest}\n`,
      );
    });
  return program;
}

/** The options of every command that reads logs. */
function reading(command: Command): Command {
  return command
    .option("--policy <id|file>", `policy in force, repeatable (default: ${SHIPPED[0]})`, collect)
    .addOption(choice("--source <format>", "log format", SOURCE_IDS, "auto"))
    .option("--inventory <manifest>", "manifest.json of an S3 Inventory or a folder of them, repeatable", places)
    .addOption(
      choice(
        "--default-encryption <kind>",
        "state how the store encrypted what no encryption was asked for",
        DEFAULT_ENCRYPTIONS,
      ),
    )
    .option("--endpoint <url>", "object storage other than AWS, for s3:// names", endpoint)
    .option("--region <name>", "region of the buckets (default: AWS_REGION)")
    .option("--since <time>", "leave out requests before this time (ISO 8601)", time)
    .option("--until <time>", "leave out requests at or after this time", time);
}

function readingOf({ policy, source, inventory, defaultEncryption, endpoint, region, since, until }: ReadingOptions) {
  return {
    policies: policy ?? [SHIPPED[0]],
    source: source === "auto" ? null : source,
    inventories: inventory ?? [],
    defaultEncryption: defaultEncryption ?? null,
    s3: { ...(endpoint && { endpoint }), ...(region && { region }) },
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

async function runScan(paths: string[], options: ScanOptions, signal: AbortSignal): Promise<number> {
  const { output, store, jobs, failOn } = options;
  const bar = process.stderr.isTTY ? createProgress(process.stderr) : null;
  const wantsFindings = output === "ndjson" || output === "sarif";
  const request = { paths, ...readingOf(options), store: store ?? null, jobs, wantsFindings };
  try {
    return await scan(request, signal, bar ?? NO_PROGRESS, async (result) => {
      bar?.clear();
      await print(result, output);
      if (output !== "table") tell(result.problems);
      if (wantsFindings && result.skipped.objects > 0) {
        const skipped = plural(result.skipped.objects, "log object");
        process.stderr.write(`sealwatch: ${skipped} skipped, audited before; their findings are in the store\n`);
      }
      return exitCode(result, failOn);
    });
  } finally {
    bar?.clear();
  }
}

async function print(result: ScanResult, output: ScanOptions["output"]): Promise<void> {
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
      const sarif = openSarif(result.policies, packageJson.version);
      process.stdout.write(sarif.head);
      for (const path of result.findings) {
        for await (const line of createInterface({
          input: createReadStream(path),
          crlfDelay: Number.POSITIVE_INFINITY,
        })) {
          await write(sarif.result(JSON.parse(line) as ComplianceFinding));
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
  const { objects, bytes, seconds, passedOver, digests, skipped, problems, inventories } = result;
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
  };
}

function exitCode(result: ScanResult, failOn: ScanOptions["failOn"]): number {
  if (result.problems.length > 0) return EXIT.unread;
  const { verdicts } = totals(result.tally, result.policies);
  const violation = verdicts.violation + result.skipped.verdicts.violation;
  const indeterminate = verdicts.indeterminate + result.skipped.verdicts.indeterminate;
  const findings = failOn === "never" ? 0 : failOn === "violation" ? violation : violation + indeterminate;
  return findings > 0 ? EXIT.findings : EXIT.clean;
}

function tell(problems: readonly Problem[]): void {
  for (const { name, message } of problems) {
    process.stderr.write(`sealwatch: ${printable(name)}: ${printable(message)}\n`);
  }
}

function choice(flags: string, text: string, choices: readonly string[], preset?: string): Option {
  const option = new Option(flags, `${text}: ${choices.join(", ")}`).default(preset);
  return option.argParser((value) => {
    if (choices.includes(value)) return value;
    throw new InvalidArgumentError(`Expected one of ${choices.join(", ")}${didYouMean(value, choices)}.`);
  });
}

function collect(value: string, others: string[] = []): string[] {
  return [...others, value];
}

function place(value: string): string {
  if (!isS3Uri(value)) return value;
  try {
    parseS3Uri(value);
    return value;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function places(value: string, others: string[] = []): string[] {
  return collect(place(value), others);
}

function endpoint(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
  throw new InvalidArgumentError("Expected a URL like https://storage.example:9000.");
}

function positive(value: string): number {
  if (/^[1-9]\d{0,2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a number from 1 to 999, like 2.");
}

function time(value: string): number {
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(value);
  const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const ms = isIso ? Date.parse(!value.includes("T") || hasZone ? value : `${value}Z`) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError(
    "Expected a time like 2026-02-06 or 2026-02-06T14:30:00Z (UTC unless it says otherwise).",
  );
}

const PATHS = "log files, gzipped or not, folders of them, and s3://BUCKET/PREFIX";

const HELP = `
Examples:
  sealwatch scan examples/logs
  sealwatch scan examples/logs --inventory examples/inventory
  sealwatch explain logs/2026-02-06-00-00-38-0A1B2C3D4E5F6071
  sealwatch policy show obs-sse

Exit codes:
  0 clean · 1 findings (see scan --fail-on) · 2 wrong usage or policy
  3 some input could not be read; the rest was audited`;

const SCAN_HELP = `
Examples:
  sealwatch scan examples/logs
  sealwatch scan logs/ --policy obs-sse --policy ./ours.csv --fail-on indeterminate
  sealwatch scan logs/ --inventory inventory/ --store audit/
  sealwatch scan logs/ --jobs 2 --output sarif > sealwatch.sarif
  sealwatch scan s3://my-logs/2026 --store s3://my-findings
  sealwatch scan s3://my-logs --endpoint https://storage.example:9000 --store audit/

Objects of a bucket that the store has receipts of are skipped, so the same command,
run again, goes on where it stopped.

A verdict that the logs alone leave open (indeterminate) often becomes definite with
an S3 Inventory of the bucket: pass its manifest with --inventory. S3 access logs and
CloudTrail's, audited together, settle each other's open records.`;

const EXPLAIN_HELP = `
Examples:
  sealwatch explain logs/2026-02-06-00-00-38-0A1B2C3D4E5F6071
  sealwatch explain logs/ | jq 'select(.verdict == "violation")'`;
