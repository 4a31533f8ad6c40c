import type { S3Place } from "../s3/place.ts";

/** What a store keeps at its root, and what is laid there for it. */
const OWN = [
  "findings/",
  "receipts/",
  "quarantine/",
  "alerts/",
  "reports/",
  "metrics/",
  "settlements/",
  "history/",
  "athena/",
  "policies/",
  "exceptions.csv",
];

/** Whether a scan of this place could meet what the store keeps: auditing it would give output to audit, without end. */
export function meetsStore(scanned: S3Place, store: S3Place): boolean {
  if (scanned.bucket !== store.bucket) return false;
  const root = store.prefix === "" || store.prefix.endsWith("/") ? store.prefix : `${store.prefix}/`;
  return OWN.some((name) => {
    const own = root + name;
    return own.startsWith(scanned.prefix) || scanned.prefix.startsWith(own);
  });
}
