import { expect, test } from "vitest";
import { totalsFromReceipts } from "../../lib/metrics/totals-from-receipts.ts";
import type { Receipt } from "../../lib/stores/receipt.ts";

function receipt(n: number): Pick<Receipt, "object" | "counts"> {
  return {
    object: { bucket: "my-logs", key: `${n}`, etag: "e", lastModified: 0, size: n, sha256: "" },
    counts: {
      records: 2 * n,
      malformed: 3 * n,
      verdicts: { compliant: 4 * n, violation: 5 * n, indeterminate: 6 * n, notCovered: 7 * n },
      findings: 8 * n,
      quarantined: 9 * n,
      keyExposures: 10 * n,
    },
  };
}

test("receipts add up", () => {
  expect(totalsFromReceipts([receipt(1), receipt(10)])).toEqual({
    objects: 2,
    bytes: 11,
    records: 22,
    malformed: 33,
    verdicts: { compliant: 44, violation: 55, indeterminate: 66, notCovered: 77 },
    findings: 88,
    quarantined: 99,
    keyExposures: 110,
  });
});

test("no receipts, no numbers", () => {
  expect(totalsFromReceipts([])).toEqual({
    objects: 0,
    bytes: 0,
    records: 0,
    malformed: 0,
    verdicts: { compliant: 0, violation: 0, indeterminate: 0, notCovered: 0 },
    findings: 0,
    quarantined: 0,
    keyExposures: 0,
  });
});
