import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { totalsFromReceipts } from "../../lib/metrics/totals-from-receipts.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type Chaos, calm, createChaos, oneFault, STEP_FAULTS, seeded } from "./chaos.ts";
import { LOGS, LOGS_HOLD } from "./log-objects.ts";
import { checkPromises, cleanRun, type Dents, live } from "./promises.ts";
import { httpWorld, memoryWorld } from "./worlds.ts";

/** `SCHEDULES=50000 npx vitest run test/functions/faults.test.ts` for a night's worth. */
const { SCHEDULES = "1000" } = process.env;
const IN_MEMORY = Number(SCHEDULES);
const OVER_HTTP = Math.ceil(IN_MEMORY / 50);
const HOURS = 4 * 3_600_000;

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
  await live(world, calm(2));
  expect(conclude("clean", [], () => checkPromises(world, clean))).toEqual({ uncounted: 0, repeated: 0 });
  expect(totalsFromReceipts(clean.receipts)).toMatchObject(LOGS_HOLD);
  expect([...clean.kept.keys()].map((key) => key.split("/")[0])).toEqual([
    ...Array(4).fill("findings"),
    "quarantine",
    ...Array(Object.keys(LOGS).length).fill("receipts"),
  ]);
});

test.each(STEP_FAULTS)("%s, at each step", async (fault) => {
  for (let n = 0; ; n++) {
    const chaos = oneFault(n, fault);
    const world = memoryWorld(spoolDir);
    await live(world, chaos);
    const { uncounted, repeated } = conclude(`step ${n}`, [chaos], () => checkPromises(world, clean));
    // One batch, or one alert: more cannot come of one fault.
    expect(uncounted).toBeLessThanOrEqual(Object.keys(LOGS).length);
    expect(repeated).toBeLessThanOrEqual(1);
    if (!chaos.hasHappened()) break;
    expect(n).toBeLessThan(1000);
  }
});

test(`${IN_MEMORY} schedules in memory`, { timeout: HOURS }, async () => {
  for (let seed = 1; seed <= IN_MEMORY; seed++) {
    const random = seeded(seed);
    const chaos = createChaos(random, { kinds: STEP_FAULTS, most: 16 });
    const missing = random() < 0.02 ? ["missing"] : [];
    const world = memoryWorld(spoolDir);
    await live(world, chaos, missing);
    conclude(`schedule ${seed}`, [chaos], () => checkPromises(world, clean, missing));
  }
});

test(`${OVER_HTTP} schedules over HTTP`, { timeout: HOURS }, async () => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const seeds = Array.from({ length: OVER_HTTP }, (_, i) => i + 1).values();
  async function lane(): Promise<void> {
    for (const seed of seeds) {
      const random = seeded(-seed);
      const network = createChaos(random, { kinds: ["throttled"], most: 40 });
      const functions = createChaos(random, { kinds: ["crash before", "crash after"], most: 8 });
      const world = await httpWorld(spoolDir, network);
      await live(world, functions);
      conclude(`schedule ${seed} over HTTP`, [network, functions], () => checkPromises(world, clean));
    }
  }
  // Mostly they wait for a client that waits before it tries again.
  await Promise.all(Array.from({ length: 10 }, lane));
});
