import { expect, test } from "vitest";
import { HEADER } from "../../lib/policy/columns.ts";
import { policiesInForce } from "../../lib/policy/in-force.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";

const OURS = `${HEADER}\nours.get,GetObject,*,*,HTTPS,V4,,high,Use HTTPS.,House rule 1\n`;
const OURS_AGAIN = OURS.replace("high", "low");

/** A bucket that holds these tables, and counts what is read. */
function bucketOf(tables: Record<string, string>) {
  const read: string[] = [];
  return {
    tables,
    read,
    get: async (key: string) => {
      read.push(key);
      const table = tables[key];
      return table === undefined ? null : Buffer.from(table);
    },
  };
}

test("shipped policies and tables of the bucket, in the order of their names", async () => {
  const bucket = bucketOf({ "policies/ours.csv": OURS });
  const policies = await policiesInForce(["transport-baseline", "policies/ours.csv", "obs-sse"], bucket.get)();
  expect(policies.map(({ id, digest }) => [id, digest])).toEqual([
    ["transport-baseline", openPolicy("transport-baseline").digest],
    ["ours", expect.stringMatching(/^sha256:[0-9a-f]{64}$/)],
    ["obs-sse", openPolicy("obs-sse").digest],
  ]);
});

test("while no table has changed, the same array", async () => {
  const bucket = bucketOf({ "policies/ours.csv": OURS });
  const inForce = policiesInForce(["obs-sse", "policies/ours.csv"], bucket.get);
  const policies = await inForce();
  expect(await inForce()).toBe(policies);
  expect(bucket.read).toEqual(["policies/ours.csv", "policies/ours.csv"]);
});

test("a table that was replaced is in force at the next call, and nothing else is compiled again", async () => {
  const bucket = bucketOf({ "policies/ours.csv": OURS, "policies/theirs.csv": OURS });
  const inForce = policiesInForce(["policies/ours.csv", "policies/theirs.csv"], bucket.get);
  const [ours, theirs] = await inForce();
  bucket.tables["policies/ours.csv"] = OURS_AGAIN;
  const after = await inForce();
  expect(after[0]!.digest).not.toBe(ours!.digest);
  expect(after[1]).toBe(theirs);
});

test.each([
  {
    what: "a table that is not there",
    names: ["policies/none.csv"],
    message:
      "policies/none.csv: 1 fault\n  found nothing; expected a table in the findings bucket; for example policies/ours.csv",
  },
  {
    what: "two of one id",
    names: ["policies/ours.csv", "policies/old/ours.csv"],
    message:
      'policies: 1 fault\n  found two policies with the id "ours"; expected each once, and tables that are named apart; ' +
      "for example policies/ours-2.csv",
  },
  {
    what: "a table with faults",
    names: ["policies/broken.csv"],
    message: "policies/broken.csv: 1 fault",
  },
])("$what is an error", async ({ names, message }) => {
  const tables = {
    "policies/ours.csv": OURS,
    "policies/old/ours.csv": OURS,
    "policies/broken.csv": OURS.replace("V4", "V5"),
  };
  await expect(policiesInForce(names, bucketOf(tables).get)()).rejects.toThrow(message);
});

test("a shipped policy that does not exist is an error at once", () => {
  expect(() => policiesInForce(["obs-see"], bucketOf({}).get)).toThrow('found "obs-see"');
});
