import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { totalsFromReceipts } from "../../lib/metrics/totals-from-receipts.ts";
import { compile } from "../../lib/policy/compile.ts";
import { loadTable } from "../../lib/policy/load.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type Chaos, calm, createChaos, oneFault, pick, type Random, STEP_FAULTS, seeded } from "./chaos.ts";
import { LOGS, LOGS_HOLD } from "./log-objects.ts";
import { checkAfterChanges, checkPromises, cleanRun, type Dents, live } from "./promises.ts";
import { httpWorld, memoryWorld } from "./worlds.ts";

/** `SCHEDULES=50000 npx vitest run test/functions/faults.test.ts` for a night's worth. */
const { SCHEDULES = "2000" } = process.env;
const IN_MEMORY = Number(SCHEDULES);
const CHANGING = Math.ceil(IN_MEMORY / 2);
const OVER_HTTP = Math.ceil(IN_MEMORY / 100);
const HOURS = 4 * 3_600_000;

const ALL = Object.keys(LOGS);
/** Findings, quarantine and a key that is exposed; findings of the same groups; nothing at all. */
const ONE_OF_EACH = ["malformed", "open", "empty"];

const COLUMNS = "id,interface,source,target,transport,signature,min_tls,severity,title,cite";
/** Permits all that the log objects hold. */
const PERMISSIVE = compile(
  loadTable("ours", Buffer.from(`${COLUMNS}\nours.get,GetObject,*,*,*,*,,low,Read as you like.,None\n`), "ours.csv"),
);

const spoolDir = temporaryFolder();
const clean = await cleanRun(spoolDir);

const injected = new Map<string, number>();
const sum: Dents & { schedules: number } = { schedules: 0, uncounted: 0, repeated: 0 };

/** Notes what went wrong in a schedule, and what came of it; a broken promise is told with the schedule's name. */
function conclude(schedule: string, chaoses: readonly Chaos[], check: () => Dents): Dents {
  const faults = chaoses.flatMap((chaos) => [...chaos.faults]);
  try {
    const dents = check();
    const count = (kinds: RegExp) => faults.reduce((sum, [fault, n]) => sum + (kinds.test(fault) ? n : 0), 0);
    // A receipt is written and nobody knows it; people are told and nobody knows it.
    if (count(/crash|reset|denied|HTTP/) === 0) expect(dents.uncounted).toBe(0);
    expect(dents.repeated).toBeLessThanOrEqual(count(/^(?:publish|put): |^HTTP PutObject: |crash/));
    for (const [fault, n] of faults) injected.set(fault, (injected.get(fault) ?? 0) + n);
    sum.schedules++;
    sum.uncounted += dents.uncounted;
    sum.repeated += dents.repeated;
    return dents;
  } catch (error) {
    throw new Error(`${schedule}: ${faults.map(([fault]) => fault).join(", ")}`, { cause: error });
  }
}

afterAll(() => {
  const rows = [...injected]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([fault, n]) => `${String(n).padStart(9)}  ${fault}`);
  console.log(
    [
      `${sum.schedules} schedules, with`,
      ...rows,
      "0 lost, 0 double, 0 untold",
      `${sum.uncounted} log objects counted by their receipts only, ${sum.repeated} alerts sent again`,
    ].join("\n"),
  );
});

test("a clean run audits, counts and tells all", async () => {
  const world = memoryWorld(spoolDir);
  await live(world, calm(2), ALL);
  expect(conclude("clean", [], () => checkPromises(world, clean, ALL))).toEqual({ uncounted: 0, repeated: 0 });
  expect(totalsFromReceipts(clean.receipts)).toMatchObject(LOGS_HOLD);
  expect([...clean.kept.keys()].map((key) => key.split("/")[0])).toEqual([
    ...Array(4).fill("findings"),
    "quarantine",
    ...ALL.map(() => "receipts"),
  ]);
});

test.each(STEP_FAULTS)("%s, at each step", async (fault) => {
  for (let n = 0; ; n++) {
    const chaos = oneFault(n, fault);
    const world = memoryWorld(spoolDir);
    await live(world, chaos, ONE_OF_EACH);
    const { uncounted, repeated } = conclude(`step ${n}`, [chaos], () => checkPromises(world, clean, ONE_OF_EACH));
    // One batch, or one alert: more cannot come of one fault.
    expect(uncounted).toBeLessThanOrEqual(ONE_OF_EACH.length);
    expect(repeated).toBeLessThanOrEqual(1);
    if (!chaos.hasHappened()) break;
    expect(n).toBeLessThan(1000);
  }
});

/** Few of the log objects, more often than many: most of what can go wrong takes two, and a schedule of two takes a third of the time. */
function someOf(random: Random): string[] {
  const left = [...ALL];
  const most = 1 + Math.floor(random() ** 2 * ALL.length);
  return Array.from({ length: most }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

test(`${IN_MEMORY} schedules in memory`, { timeout: HOURS }, async () => {
  await inLanes(4, IN_MEMORY, async (seed) => {
    const random = seeded(seed);
    const chaos = createChaos(random, { kinds: STEP_FAULTS, most: 16 });
    const landed = [...someOf(random), ...(random() < 0.02 ? ["missing"] : [])];
    const world = memoryWorld(spoolDir);
    await live(world, chaos, landed);
    conclude(`schedule ${seed}`, [chaos], () => checkPromises(world, clean, landed));
  });
});

/** Sets of policies that find nothing, other things than another set, and the same and more. */
const SETS = await Promise.all(
  [["empty"], ["obs-sse"], ["transport-baseline"], ["obs-sse", "transport-baseline"]].map(async (ids) => {
    const policies = ids.map((id) => (id === "empty" ? PERMISSIVE : openPolicy(id)));
    return { policies, clean: await cleanRun(spoolDir, policies) };
  }),
);

test(`${CHANGING} schedules in memory, while the policies change`, { timeout: HOURS }, async () => {
  await inLanes(4, CHANGING, async (seed) => {
    const random = seeded(seed);
    const chaos = createChaos(random, { kinds: STEP_FAULTS, most: 16 });
    const landed = someOf(random);
    const changes = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, SETS));
    const world = memoryWorld(spoolDir);
    await live(
      world,
      chaos,
      landed,
      changes.map(({ policies }) => policies),
    );
    const { clean } = changes.at(-1)!;
    conclude(`schedule ${seed} with changes`, [chaos], () => checkAfterChanges(world, clean, landed));
  });
});

test(`${OVER_HTTP} schedules over HTTP`, { timeout: HOURS }, async () => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  // Mostly they wait for a client that waits before it tries again.
  await inLanes(25, OVER_HTTP, async (seed) => {
    const random = seeded(-seed);
    const network = createChaos(random, { kinds: ["throttled"], most: 40 });
    const functions = createChaos(random, { kinds: ["crash before", "crash after"], most: 8 });
    const landed = someOf(random);
    const world = await httpWorld(spoolDir, network);
    await live(world, functions, landed);
    conclude(`schedule ${seed} over HTTP`, [network, functions], () => checkPromises(world, clean, landed));
  });
});

/** Runs the seeds from 1 to `last`, some at a time: each has a world of its own, which now and then waits. */
async function inLanes(lanes: number, last: number, run: (seed: number) => Promise<void>): Promise<void> {
  const seeds = Array.from({ length: last }, (_, i) => i + 1).values();
  async function lane(): Promise<void> {
    for (const seed of seeds) await run(seed);
  }
  await Promise.all(Array.from({ length: lanes }, lane));
}
