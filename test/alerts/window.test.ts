import { describe, expect, test } from "vitest";
import { type Alert, type AlertKind, kindOf } from "../../lib/alerts/alert.ts";
import { type AlertGroup, countOf } from "../../lib/alerts/alert-group.ts";
import type { AlertFinding } from "../../lib/alerts/alertable.ts";
import type { Arrival } from "../../lib/alerts/arrival.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { closeWindows, tellArrivals, type WindowTelling } from "../../lib/alerts/window.ts";
import { createMemoryBucket, type MemoryBucket } from "../support/memory-bucket.ts";
import { finding, HOUR } from "./findings.ts";

const WINDOW = Date.UTC(2026, 1, 6, 8);
const MINUTE = 60_000;
const FOREVER = Number.POSITIVE_INFINITY;

interface People {
  clock: { now: number };
  bucket: MemoryBucket;
  telling: WindowTelling;
  /** What they were told, `kind rule requester count (before)`. */
  told: string[];
  alerts: Alert[];
  /** Set to make the next publications fail. */
  failures: Error[];
}

function people(): People {
  const clock = { now: WINDOW + 30 * MINUTE };
  const bucket = createMemoryBucket(() => clock.now);
  const told: string[] = [];
  const alerts: Alert[] = [];
  const failures: Error[] = [];
  const telling: WindowTelling = {
    store: bucket,
    list: bucket.list,
    now: () => clock.now,
    async publish(alert) {
      const failure = failures.shift();
      if (failure) throw failure;
      const { kind, group, before } = alert;
      const who = group.of === null ? "the rest" : `${group.of.rule} ${group.of.requester}`;
      told.push(`${kind} ${who} ${countOf(group)}${before ? ` (${countOf(before)})` : ""}`);
      alerts.push(alert);
    },
  };
  return { clock, bucket, telling, told, alerts, failures };
}

/** What an object with these findings asks for. */
function arrival(source: string, findings: readonly AlertFinding[]): Arrival {
  const groups = (kind: AlertKind): AlertGroup[] =>
    groupFindings(
      findings.filter((each) => kindOf(each) === kind),
      FOREVER,
    );
  return { source, groups: { "key-exposure": groups("key-exposure"), findings: groups("findings") } };
}

let uids = 0;
function by(requester: string, count = 1, changes: Parameters<typeof finding>[0] = {}): AlertFinding[] {
  return Array.from({ length: count }, () => finding({ uid: `${uids++}`, requester, rule: "r", ...changes }));
}

describe("what arrives in a window", () => {
  test("is told at once, once for each group", async () => {
    const { telling, told } = people();
    await tellArrivals(WINDOW, [arrival("1", [...by("ann", 3), ...by("bob")]), arrival("2", by("ann", 2))], telling);
    await tellArrivals(WINDOW, [arrival("3", [...by("ann"), ...by("eve")])], telling);
    expect(told).toEqual(["findings r ann 5", "findings r bob 1", "findings r eve 1"]);
  });

  test("counts once, however often it comes", async () => {
    const { telling, told } = people();
    const ann = arrival("1", by("ann", 3));
    await tellArrivals(WINDOW, [ann, ann], telling);
    await tellArrivals(WINDOW, [ann], telling);
    await tellArrivals(WINDOW, [arrival("2", by("bob")), ann], telling);
    expect(told).toEqual(["findings r ann 3", "findings r bob 1"]);
  });

  test("is told again in another window", async () => {
    const { telling, told, alerts } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    await tellArrivals(WINDOW + HOUR, [arrival("2", by("ann"))], telling);
    expect(told).toEqual(["findings r ann 1", "findings r ann 1"]);
    expect(alerts[0]!.id).not.toBe(alerts[1]!.id);
  });

  test("an exposed key does not wait behind another alert of its group", async () => {
    const { telling, told, alerts } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    const exposed = () => by("ann", 1, { exposure: "exposed", severity: 5 });
    await tellArrivals(WINDOW, [arrival("2", [...by("ann"), ...exposed()])], telling);
    await tellArrivals(WINDOW, [arrival("3", exposed())], telling);
    expect(told).toEqual(["findings r ann 1", "key-exposure r ann 1"]);
    expect(alerts[1]!.id).toBe(`${alerts[0]!.id}-key`);
  });

  test("beyond 50 groups of a kind, the rest share an alert", async () => {
    const { telling, told } = people();
    for (let batch = 0; batch < 10; batch++) {
      const groups = Array.from({ length: 40 }, (_, i) => by(`${batch}-${i}`)).flat();
      await tellArrivals(WINDOW, [arrival(`${batch}`, groups)], telling);
    }
    expect(told).toHaveLength(51);
    expect(told.at(-1)).toBe("findings the rest 30");
  });
});

describe("a window that is over", () => {
  test("is told by how much its alerts have grown, once", async () => {
    const { telling, told, clock } = people();
    await tellArrivals(WINDOW, [arrival("1", [...by("ann", 3), ...by("bob")])], telling);
    await tellArrivals(WINDOW, [arrival("2", by("ann", 1200)), arrival("1", [])], telling);
    clock.now = WINDOW + HOUR;
    for (let i = 0; i < 3; i++) await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 3", "findings r bob 1", "findings r ann 1203 (3)"]);
  });

  test("is left alone until it is over, and has come to rest", async () => {
    const { telling, told, clock } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    clock.now = WINDOW + HOUR - 1;
    await closeWindows(HOUR, telling, () => true);
    await tellArrivals(WINDOW, [arrival("2", by("ann"))], telling);
    clock.now += 10 * MINUTE - 1;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1"]);
    clock.now += 1;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1", "findings r ann 2 (1)"]);
  });

  test("is opened again by what comes late", async () => {
    const { telling, told, clock } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    clock.now = WINDOW + 2 * HOUR;
    await closeWindows(HOUR, telling, () => true);
    await tellArrivals(WINDOW, [arrival("2", [...by("ann"), ...by("bob")])], telling);
    clock.now += 10 * MINUTE;
    for (let i = 0; i < 2; i++) await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1", "findings r bob 1", "findings r ann 2 (1)"]);
  });

  test("nothing new, nothing told or written", async () => {
    const { telling, told, clock, bucket } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    clock.now = WINDOW + 2 * HOUR;
    await closeWindows(HOUR, telling, () => true);
    const before = new Map(bucket.held);
    bucket.get = bucket.put = () => expect.fail("a window that is closed is not read again");
    await closeWindows(HOUR, telling, () => true);
    expect([told, bucket.held]).toEqual([["findings r ann 1"], before]);
  });

  test("what the rest share counts all that has no alert of its own", async () => {
    const { telling, told, clock } = people();
    const all = Array.from({ length: 60 }, (_, i) => by(`${i}`, 2)).flat();
    await tellArrivals(WINDOW, [arrival("1", all)], telling);
    await tellArrivals(WINDOW, [arrival("2", all)], telling);
    clock.now = WINDOW + HOUR;
    told.length = 0;
    await closeWindows(HOUR, telling, () => true);
    expect(told.toSorted()).toEqual([
      ...Array.from({ length: 50 }, () => expect.stringMatching(/^findings r \d+ 4 \(2\)$/)),
      "findings the rest 40 (20)",
    ]);
  });

  test("the oldest comes first, and none when there is no time", async () => {
    const { telling, told, clock } = people();
    for (const late of [1, 0]) {
      await tellArrivals(WINDOW + late * HOUR, [arrival("1", by("ann"))], telling);
      await tellArrivals(WINDOW + late * HOUR, [arrival("2", by("ann", 1 + late))], telling);
    }
    clock.now = WINDOW + 3 * HOUR;
    told.length = 0;
    let calls = 0;
    await closeWindows(HOUR, telling, () => calls++ === 0);
    expect(told).toEqual(["findings r ann 2 (1)"]);
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 2 (1)", "findings r ann 3 (1)"]);
  });

  test("is looked for over as long as something may still arrive in it", async () => {
    const { telling, told, clock } = people();
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], telling);
    await tellArrivals(WINDOW, [arrival("2", by("ann"))], telling);
    clock.now = WINDOW + 31 * HOUR;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1", "findings r ann 2 (1)"]);
  });

  test("other keys beside the windows are none of its business", async () => {
    const { telling, told, clock, bucket } = people();
    await bucket.put("alerts/dt=2026-02-06/notes.txt", Buffer.from("x"));
    clock.now = WINDOW + HOUR;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual([]);
  });
});

describe("when telling fails", () => {
  const SINK = new Error("the topic is throttled");

  test("the same again tells what is missing", async () => {
    const { telling, told, failures, clock } = people();
    const batch = [arrival("1", [...by("ann", 2), ...by("bob")])];
    failures.push(SINK);
    await expect(tellArrivals(WINDOW, batch, telling)).rejects.toBe(SINK);
    clock.now += 6 * MINUTE;
    await tellArrivals(WINDOW, batch, telling);
    expect(told).toEqual(["findings r ann 2", "findings r bob 1"]);
  });

  test("or else the end of the window", async () => {
    const { telling, told, failures, clock } = people();
    failures.push(SINK);
    await expect(tellArrivals(WINDOW, [arrival("1", [...by("ann", 2), ...by("bob")])], telling)).rejects.toBe(SINK);
    clock.now = WINDOW + HOUR;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 2", "findings r bob 1"]);
  });

  test("at the end of the window, too, it is tried again", async () => {
    const { telling, told, failures, clock } = people();
    for (const source of ["1", "2"]) await tellArrivals(WINDOW, [arrival(source, by("ann"))], telling);
    clock.now = WINDOW + HOUR;
    failures.push(SINK);
    await expect(closeWindows(HOUR, telling, () => true)).rejects.toThrow(SINK.message);
    clock.now += 5 * MINUTE;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1"]);
    clock.now += 5 * MINUTE;
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1", "findings r ann 2 (1)"]);
  });

  test("in some windows, the others are closed, and all reasons are told", async () => {
    const { telling, told, failures, clock, bucket } = people();
    for (const [hour, name] of ["ann", "bob", "eve"].entries()) {
      for (const source of ["1", "2"]) await tellArrivals(WINDOW + hour * HOUR, [arrival(source, by(name))], telling);
    }
    clock.now = WINDOW + 4 * HOUR;
    told.length = 0;
    const [damaged] = [...bucket.held.keys()].filter((key) => key.startsWith("alerts/dt=2026-02-06/T0900/parts/"));
    await bucket.put(damaged!, Buffer.from("x"));
    clock.now += HOUR;
    failures.push(SINK);
    await expect(closeWindows(HOUR, telling, () => true)).rejects.toThrow(
      "alerts/dt=2026-02-06/T0800/: the topic is throttled\nalerts/dt=2026-02-06/T0900/: unexpected end of file",
    );
    expect(told).toEqual(["findings r eve 2 (1)"]);
  });
});

describe("two at once", () => {
  test("tell of a group once", async () => {
    const { telling, told } = people();
    const batches = ["1", "2"].map((source) => [arrival(source, [...by("ann"), ...by(`own-${source}`)])]);
    await Promise.all(batches.map((batch) => tellArrivals(WINDOW, batch, telling)));
    expect(told.toSorted()).toEqual(["findings r ann 1", "findings r own-1 1", "findings r own-2 1"]);
  });

  test("one who comes while another is telling leaves it to them", async () => {
    const { telling, told } = people();
    const slow: WindowTelling = {
      ...telling,
      async publish(alert) {
        await tellArrivals(WINDOW, [arrival("2", by("ann"))], telling);
        await telling.publish(alert);
      },
    };
    await tellArrivals(WINDOW, [arrival("1", by("ann"))], slow);
    expect(told).toEqual(["findings r ann 1"]);
  });

  test("close a window once", async () => {
    const { telling, told, clock } = people();
    for (const source of ["1", "2"]) await tellArrivals(WINDOW, [arrival(source, by("ann"))], telling);
    clock.now = WINDOW + HOUR;
    await Promise.all([1, 2].map(() => closeWindows(HOUR, telling, () => true)));
    expect(told).toEqual(["findings r ann 1", "findings r ann 2 (1)"]);
  });

  test("a window is not closed while somebody is still telling of it", async () => {
    const { telling, told, clock, failures } = people();
    clock.now = WINDOW + 55 * MINUTE;
    failures.push(new Error("died"));
    await expect(tellArrivals(WINDOW, [arrival("1", by("ann"))], telling)).rejects.toThrow("died");
    clock.now = WINDOW + 30 * HOUR;
    // A lease that is taken by another at that very moment.
    const late: WindowTelling = { ...telling, store: { ...telling.store, replace: async () => false } };
    await closeWindows(HOUR, late, () => true);
    expect(told).toEqual([]);
    await closeWindows(HOUR, telling, () => true);
    expect(told).toEqual(["findings r ann 1"]);
  });
});
