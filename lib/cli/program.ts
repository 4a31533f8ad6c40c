import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { PolicyError } from "../policy/fault.ts";
import { checkFile, openPolicy, SHIPPED } from "../policy/shipped.ts";
import { policyMatrix } from "../report/policy-matrix.ts";
import { printable } from "../report/printable.ts";
import { plural } from "../report/units.ts";
import { totals } from "../tally.ts";
import { explain } from "./explain.ts";
import { EXPLAIN_HELP, HELP, SCAN_HELP } from "./help.ts";
import { EXIT } from "./main.ts";
import { choice, place, places, positive, type ReadingOptions, reading, readingOf, refuseMisfits } from "./options.ts";
import { OUTPUTS, type Output, print, tell, tellExceptions } from "./print.ts";
import { createProgress, NO_PROGRESS } from "./progress.ts";
import { type ScanResult, scan } from "./scan.ts";

const FAIL_ON = ["violation", "indeterminate", "never"] as const;
const PATHS = "log files, gzipped or not, folders of them, and s3://BUCKET/PREFIX";

interface ScanOptions extends ReadingOptions {
  output: Output;
  store?: string;
  jobs: number;
  failOn: (typeof FAIL_ON)[number];
  exceptions?: string;
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
    .option("--exceptions <file>", "table of accepted breaches, which do not count for --fail-on", place)
    .addHelpText("after", SCAN_HELP)
    .action(async (paths: string[], options: ScanOptions, command: Command) => {
      refuseMisfits(options, command);
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
    .action(async (paths: string[], options: ReadingOptions, command: Command) => {
      refuseMisfits(options, command);
      const { problems, live } = await explain({ paths, ...readingOf(options) }, signal, (line) => {
        process.stdout.write(`${line}\n`);
      });
      tell(problems, live);
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

async function runScan(paths: string[], options: ScanOptions, signal: AbortSignal): Promise<number> {
  const { output, store, jobs, failOn } = options;
  const bar = process.stderr.isTTY ? createProgress(process.stderr) : null;
  const wantsFindings = output === "ndjson" || output === "sarif";
  const exceptions = options.exceptions ?? null;
  const request = { paths, ...readingOf(options), exceptions, store: store ?? null, jobs, wantsFindings };
  try {
    return await scan(request, signal, bar ?? NO_PROGRESS, async (result) => {
      bar?.clear();
      await print(result, output);
      if (output !== "table") tell(result.problems, result.live);
      tellExceptions(result);
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

function exitCode(result: ScanResult, failOn: ScanOptions["failOn"]): number {
  if (result.problems.length > 0) return EXIT.unread;
  const { violation, indeterminate } = result.excepted?.counts.left ?? verdictsOf(result);
  const findings = failOn === "never" ? 0 : failOn === "violation" ? violation : violation + indeterminate;
  return findings > 0 ? EXIT.findings : EXIT.clean;
}

function verdictsOf({ tally, policies, skipped }: ScanResult): Record<"violation" | "indeterminate", number> {
  const { violation, indeterminate } = totals(tally, policies).verdicts;
  return {
    violation: violation + skipped.verdicts.violation,
    indeterminate: indeterminate + skipped.verdicts.indeterminate,
  };
}
