import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GET, HTTP, pack, SSE_C, SSE_KMS, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import { openFolderStore } from "../../lib/stores/folder.ts";
import { objectId, storeKeys } from "../../lib/stores/log-object.ts";
import { type Committed, openObjectAudit } from "../../lib/stores/object-audit.ts";
import type { ReceiptFacts } from "../../lib/stores/receipt.ts";
import { type Store, StoreError } from "../../lib/stores/store.ts";
import { judged, LOG_OBJECT } from "../findings/judged.ts";
import { temporaryFolder } from "./folder-for-test.ts";
import { Crash, crashing, createMemoryStore } from "./memory-store.ts";

const KEYS = storeKeys(LOG_OBJECT);

function finding(requestId: string, target = SSE_C): ComplianceFinding {
  return findingsOf(judged({ requestId, facts: pack(GET, HTTP, V4, 0, target) }), LOG_OBJECT)[0]!;
}

/** What an auditor of the same log object brings: a policy, and what that finds. */
interface Audit {
  digest: string;
  findings: ComplianceFinding[];
  malformed: number;
  evidence?: string[];
}

const A: Audit = { digest: "sha256:a", findings: [finding("1"), finding("2", SSE_KMS)], malformed: 1 };
const B: Audit = { digest: "sha256:b", findings: [finding("3")], malformed: 0 };
const CLEAN: Audit = { digest: "sha256:c", findings: [], malformed: 0 };
const LINES: Audit = { digest: "sha256:d", findings: [], malformed: 2 };
const AUDITS = { A, B, CLEAN, LINES };

function factsOf({ digest, malformed, evidence = [] }: Audit): ReceiptFacts {
  const verdicts = { compliant: 5, violation: 2, indeterminate: 1, notCovered: 3 };
  return {
    size: 4321,
    sha256: "5".repeat(64),
    totals: {
      records: 11,
      malformed,
      verdicts,
      policies: [
        {
          id: "tables",
          digest,
          verdicts,
          rules: [
            { id: "ours.get", compliant: 5, violation: 2, indeterminate: 1 },
            { id: "ours.put", compliant: 0, violation: 0, indeterminate: 0 },
          ],
        },
      ],
      missing: {},
    },
    evidence,
  };
}

async function run(store: Store, audit: Audit, isNew = false): Promise<Committed> {
  const spoolDir = temporaryFolder();
  const object = openObjectAudit(store, LOG_OBJECT, spoolDir, isNew);
  for (const each of audit.findings) object.finding(each);
  for (let line = 1; line <= audit.malformed; line++) {
    object.malformed({ line, offset: line * 10, bytes: 9, reason: "It was cut short.", text: "cut Signature=abc" });
  }
  try {
    return await object.commit(factsOf(audit));
  } finally {
    expect(readdirSync(spoolDir)).toEqual([]);
  }
}

async function cleanRun(audit: Audit): Promise<Map<string, Buffer>> {
  const store = createMemoryStore();
  expect(await run(store, audit)).toBe("written");
  return store.held;
}

function linesOf(bytes: Buffer | undefined): unknown[] {
  const lines = gunzipSync(bytes!).toString().split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line));
}

describe("an audit of one log object", () => {
  test("writes findings, quarantine and receipt", async () => {
    const held = await cleanRun({ ...A, evidence: ["sha256:2", "sha256:1", "sha256:2"] });
    expect([...held.keys()]).toEqual([KEYS.findings, KEYS.quarantine, KEYS.receipt]);
    expect(linesOf(held.get(KEYS.findings))).toEqual(A.findings);
    expect(linesOf(held.get(KEYS.quarantine))).toEqual([
      {
        log: { bucket: "my-logs", key: "logs/2026-02-06-13-00-00-ABCDEF", line: 1, offset: 10 },
        bytes: 9,
        reason: "It was cut short.",
        text: "cut Signature=REDACTED",
      },
    ]);
    expect(held.get(KEYS.receipt)?.toString()).toBe(
      `${JSON.stringify({
        version: 1,
        object: {
          bucket: "my-logs",
          key: "logs/2026-02-06-13-00-00-ABCDEF",
          etag: "9b2cf535f27731c974343645a3985328",
          lastModified: 1770382805000,
          size: 4321,
          sha256: "5".repeat(64),
        },
        source: "s3-access-log",
        policies: [{ id: "tables", digest: "sha256:a" }],
        evidence: ["sha256:1", "sha256:2"],
        counts: {
          records: 11,
          malformed: 1,
          verdicts: { compliant: 5, violation: 2, indeterminate: 1, notCovered: 3 },
          findings: 2,
          quarantined: 1,
          keyExposures: 1,
        },
        rules: [{ policy: "tables", id: "ours.get", compliant: 5, violation: 2, indeterminate: 1 }],
      })}\n`,
    );
  });

  test("writes only a receipt where there is nothing to tell", async () => {
    expect([...(await cleanRun(CLEAN)).keys()]).toEqual([KEYS.receipt]);
  });

  test("keeps one finding of a record that was delivered twice", async () => {
    const store = createMemoryStore();
    const again = { ...finding("1"), time: 0 };
    await run(store, { ...A, findings: [finding("1"), again, finding("2"), finding("1")] });
    expect(linesOf(store.held.get(KEYS.findings))).toEqual([finding("1"), finding("2")]);
    expect(JSON.parse(`${store.held.get(KEYS.receipt)}`).counts).toMatchObject({ findings: 2, keyExposures: 2 });
  });

  test("given up, it leaves nothing", () => {
    const spoolDir = temporaryFolder();
    const store = createMemoryStore();
    const object = openObjectAudit(store, LOG_OBJECT, spoolDir);
    for (let i = 0; i < 200; i++) object.finding(finding(`${i}`));
    expect(readdirSync(spoolDir)).toHaveLength(1);
    object.abort();
    expect(readdirSync(spoolDir)).toEqual([]);
    expect(store.held.size).toBe(0);
  });
});

describe("the same object again", () => {
  test("under the same policies writes nothing", async () => {
    const store = createMemoryStore();
    await run(store, A);
    const before = new Map(store.held);
    store.put = store.putFile = store.remove = () => expect.fail("nothing may be written");
    expect(await run(store, A)).toBe("already");
    expect(store.held).toEqual(before);
  });

  for (const [from, first] of Object.entries(AUDITS)) {
    for (const [to, second] of Object.entries(AUDITS)) {
      if (from === to) continue;
      test(`after a change of policy is as if only the new one had run: ${from}, ${to}`, async () => {
        const store = createMemoryStore();
        await run(store, first);
        expect(await run(store, second)).toBe("replaced");
        expect(store.held).toEqual(await cleanRun(second));
      });
    }
  }

  test("with other evidence replaces the receipt", async () => {
    const store = createMemoryStore();
    await run(store, A);
    expect(await run(store, { ...A, evidence: ["sha256:e"] })).toBe("replaced");
    expect(store.held).toEqual(await cleanRun({ ...A, evidence: ["sha256:e"] }));
  });
});

/** Operations of one commit at the most: get, disown, get, two removals of two each, the receipt. One more is never reached. */
const STEPS = 9;

describe("a crash costs a repeat, and never more", () => {
  const befores = { nothing: null, ...AUDITS };
  for (const [before, first] of Object.entries(befores)) {
    for (const [name, audit] of Object.entries(AUDITS)) {
      if (first === audit) continue;
      test(`${name} after ${before}, crashed everywhere`, async () => {
        const clean = await cleanRun(audit);
        const crashes: boolean[] = [];
        for (const when of ["before", "after"] as const) {
          for (let step = 0; step < STEPS; step++) {
            const store = createMemoryStore();
            if (first) await run(store, first);
            const outcome = await run(crashing(store, step, when), audit).catch((error: unknown) => error);
            crashes.push(outcome instanceof Crash);
            const isDone = store.held.get(KEYS.receipt)?.equals(clean.get(KEYS.receipt)!) ?? false;
            expect(await run(store, audit)).toBe(isDone ? "already" : first ? "replaced" : "written");
            expect(store.held).toEqual(clean);
          }
        }
        // Both times, every operation was hit, and after the last nothing was left to hit.
        expect(crashes.slice(0, STEPS)).toEqual(crashes.slice(STEPS));
        expect(crashes.slice(0, 4)).toEqual([true, true, true, true]);
        expect(crashes[STEPS - 1]).toBe(false);
      });
    }
  }

  test("any number of crashes, under changing policies, in a folder", async () => {
    const audits = fc.constantFrom(...Object.values(AUDITS));
    await fc.assert(
      fc.asyncProperty(
        audits,
        fc.array(fc.tuple(audits, fc.nat(STEPS), fc.constantFrom("before", "after")), { maxLength: 4 }),
        async (audit, crashes) => {
          const root = temporaryFolder();
          const store = openFolderStore(root);
          for (const [other, step, when] of crashes) await run(crashing(store, step, when), other).catch(() => {});
          await run(store, audit);
          expect(filesOf(root)).toEqual(await cleanRun(audit));
        },
      ),
      { numRuns: 100 },
    );
  });

  /** What policies make of one object: they do not change which of its lines are malformed. */
  const OF_POLICIES = { A, OTHER: { ...B, malformed: 1 }, NOTHING: { ...CLEAN, malformed: 1 } };
  const WITHOUT_LINES = { A: { ...A, malformed: 0 }, OTHER: B, NOTHING: CLEAN };
  for (const audits of [OF_POLICIES, WITHOUT_LINES]) {
    for (const [before, first] of Object.entries({ nothing: null, ...audits })) {
      for (const [crashed, second] of Object.entries(audits)) {
        for (const [after, third] of Object.entries(audits)) {
          const lines = third.malformed === 0 ? "without" : "with";
          test(`${before}, then ${crashed} crashed everywhere, then ${after}, ${lines} malformed lines`, async () => {
            const clean = await cleanRun(third);
            for (const when of ["before", "after"] as const) {
              for (let step = 0; step < STEPS; step++) {
                const store = createMemoryStore();
                if (first) await run(store, first);
                const isNew = () => !store.held.has(KEYS.receipt);
                await run(crashing(store, step, when), second, isNew()).catch(() => {});
                await run(store, third, isNew());
                expect(store.held).toEqual(clean);
              }
            }
          });
        }
      }
    }
  }
});

describe("asks for as little as it can", () => {
  /** What a store is asked for, in order. */
  async function asked(audit: Audit, first: Audit | null): Promise<string[]> {
    const store = createMemoryStore();
    if (first) await run(store, first);
    const names = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [key, name]));
    const asked: string[] = [];
    const noting = new Proxy(store, {
      get: (_, method: keyof Store) => (key: string, bytes: Buffer, etag: string) => {
        asked.push(`${method} ${names[key]}`);
        return store[method](key, bytes as Buffer & string, etag);
      },
    });
    await run(noting, audit, first === null);
    return asked;
  }

  test.each<[string, Audit, Audit | null, string[]]>([
    ["of a new object that nothing is found in", CLEAN, null, ["get findings", "create receipt"]],
    ["of a new object", A, null, ["get receipt", "put findings", "put quarantine", "create receipt"]],
    [
      "after a change of policy, where nothing is and was found",
      CLEAN,
      { ...CLEAN, digest: "sha256:e" },
      ["get receipt", "get findings", "get quarantine", "replace receipt"],
    ],
  ])("%s", async (_, audit, first, requests) => {
    expect(await asked(audit, first)).toEqual(requests);
  });
});

function filesOf(root: string): Map<string, Buffer> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path.slice(root.length + 1), readFileSync(path)]));
}

describe("two auditors of one object", () => {
  test("at once: one owns it", async () => {
    const store = createMemoryStore();
    expect((await Promise.all([run(store, A), run(store, A)])).sort()).toEqual(["already", "written"]);
    expect(store.held).toEqual(await cleanRun(A));
  });

  test("the other is done just before the receipt is created", async () => {
    const store = createMemoryStore();
    const late: Store = { ...store, create: once(store.create, () => run(store, B)) };
    expect(await run(late, A)).toBe("replaced");
    expect(store.held).toEqual(await cleanRun(A));
  });

  test("the other is done just before the receipt is replaced", async () => {
    const store = createMemoryStore();
    await run(store, CLEAN);
    const late: Store = { ...store, replace: once(store.replace, () => run(store, B)) };
    expect(await run(late, LINES)).toBe("replaced");
    expect(store.held).toEqual(await cleanRun(LINES));
  });

  test("without end: one gives up", async () => {
    const store = createMemoryStore();
    let digest = 0;
    const contested: Store = {
      ...store,
      async get(key) {
        await run(store, { ...B, digest: `sha256:${digest++}` });
        return store.get(key);
      },
      replace: async () => false,
    };
    await expect(run(contested, A)).rejects.toThrow(
      new StoreError(
        `${KEYS.receipt}: changed again and again while it was being written. ` +
          "Another audit writes the same object under other policies: stop one of the two.",
      ),
    );
  });
});

/** The method, with something else happening before its first call. */
function once<A extends unknown[], R>(method: (...args: A) => Promise<R>, before: () => Promise<unknown>) {
  let done = false;
  return async (...args: A): Promise<R> => {
    if (!done) {
      done = true;
      await before();
    }
    return method(...args);
  };
}

test("the id in the keys is the object's", () => {
  expect(KEYS.receipt).toContain(objectId(LOG_OBJECT));
});

describe("an audit that finds nothing, and believes the object to be new although another has audited it meanwhile", () => {
  test("takes over as it should", async () => {
    const store = createMemoryStore();
    await run(store, A);
    expect(await run(store, CLEAN, true)).toBe("replaced");
    expect(store.held).toEqual(await cleanRun(CLEAN));
  });

  test("and crashes as it removes what that one found, leaves no receipt that vouches for it", async () => {
    const store = createMemoryStore();
    await run(store, A);
    const findings = store.held.get(KEYS.findings);
    const removed = { ...store, remove: (key: string) => store.remove(key).then(() => Promise.reject(new Crash())) };
    await expect(run(removed, CLEAN, true)).rejects.toThrow(Crash);
    expect(store.held.has(KEYS.findings)).toBe(false);
    expect(JSON.parse(store.held.get(KEYS.receipt)!.toString())).toMatchObject({ policies: [] });
    expect(await run(store, A)).toBe("replaced");
    expect(store.held.get(KEYS.findings)).toEqual(findings);
  });
});
