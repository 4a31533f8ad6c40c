import { type Command, InvalidArgumentError, Option } from "commander";
import { startOfDay } from "../day.ts";
import { DEFAULT_ENCRYPTIONS, type DefaultEncryption } from "../evidence/stated.ts";
import { didYouMean } from "../policy/nearest.ts";
import { SHIPPED } from "../policy/shipped.ts";
import { isS3Uri, parseS3Uri } from "../s3/place.ts";
import { SOURCES } from "../sources/index.ts";

const LIVE_BUDGET = 1_000;
const SOURCE_IDS = ["auto", ...SOURCES.map(({ id }) => id)];

/** As every command that reads logs takes them. */
export interface ReadingOptions {
  policy?: string[];
  source: string;
  inventory?: string[];
  defaultEncryption?: DefaultEncryption;
  live?: boolean;
  liveBudget?: number;
  endpoint?: string;
  region?: string;
  since?: number;
  until?: number;
}

/** The options of every command that reads logs. */
export function reading(command: Command): Command {
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
    .option("--live", "ask the store itself, by HEAD requests, about objects whose encryption nothing else tells")
    .option("--live-budget <n>", `most objects that --live asks about (default: ${LIVE_BUDGET})`, budget)
    .option("--endpoint <url>", "object storage other than AWS, for s3:// names and --live", endpoint)
    .option("--region <name>", "region of the buckets (default: AWS_REGION)")
    .option("--since <time>", "leave out requests before this time (ISO 8601)", time)
    .option("--until <time>", "leave out requests at or after this time", time);
}

/** @throws {CommanderError} where options don't go together */
export function refuseMisfits({ live, liveBudget, since, until }: ReadingOptions, command: Command): void {
  if (since !== undefined && until !== undefined && since >= until)
    command.error("error: --since is not before --until, so no request can lie between.\nExchange the two.");
  if (liveBudget !== undefined && !live)
    command.error("error: --live-budget limits what --live asks.\nGive --live as well.");
}

/** The options as `scan` and `explain` take them. */
export function readingOf(options: ReadingOptions) {
  const { policy, source, inventory, defaultEncryption, live, liveBudget, endpoint, region, since, until } = options;
  return {
    policies: policy ?? [SHIPPED[0]],
    source: source === "auto" ? null : source,
    inventories: inventory ?? [],
    defaultEncryption: defaultEncryption ?? null,
    liveBudget: live ? (liveBudget ?? LIVE_BUDGET) : null,
    s3: { ...(endpoint && { endpoint }), ...(region && { region }) },
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

export function choice(flags: string, text: string, choices: readonly string[], preset?: string): Option {
  const option = new Option(flags, `${text}: ${choices.join(", ")}`).default(preset);
  return option.argParser((value) => {
    if (choices.includes(value)) return value;
    throw new InvalidArgumentError(`Expected one of ${choices.join(", ")}${didYouMean(value, choices)}.`);
  });
}

function collect(value: string, others: string[] = []): string[] {
  return [...others, value];
}

export function place(value: string): string {
  // What an unset variable leaves, which would name the current folder.
  if (value === "") throw new InvalidArgumentError("Expected a path, found an empty text.");
  if (!isS3Uri(value)) return value;
  try {
    parseS3Uri(value);
    return value;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export function places(value: string, others: string[] = []): string[] {
  return collect(place(value), others);
}

function endpoint(value: string): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
  throw new InvalidArgumentError("Expected a URL like https://storage.example:9000.");
}

export function positive(value: string): number {
  if (/^[1-9]\d{0,2}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a number from 1 to 999, like 2.");
}

function budget(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Expected a number of objects from 1 to 999999999, like 5000.");
}

function time(value: string): number {
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(value);
  const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const ms = isIso ? Date.parse(!value.includes("T") || hasZone ? value : `${value}Z`) : Number.NaN;
  if (!Number.isNaN(ms) && !Number.isNaN(startOfDay(value.slice(0, 10)))) return ms;
  throw new InvalidArgumentError(
    "Expected a time like 2026-02-06 or 2026-02-06T14:30:00Z (UTC unless it says otherwise).",
  );
}
