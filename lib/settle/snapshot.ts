import type { Resolver } from "../evidence/evidence.ts";
import { inventoryResolver } from "../evidence/inventory/resolver.ts";
import type { InventoryRow } from "../evidence/inventory/row.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { REDACTED } from "../findings/redact.ts";
import type { Policy } from "../policy/policy.ts";
import type { ObjectVersion } from "../record.ts";
import { reopened } from "./reopened.ts";
import { openUnder } from "./settle-finding.ts";

/** An inventory that findings are settled with. Plain data: it goes from call to call. */
export interface Snapshot {
  /** `s3://` URI of its manifest. */
  manifest: string;
  /** The bucket that it lists. */
  bucket: string;
  /** Ms since 1970. */
  time: number;
  /** Of the manifest's bytes: `sha256:` and 64 hex digits. */
  digest: string;
  columns: readonly string[];
}

/** The evidence of one inventory, all of whose rows of the keys asked for are at hand. */
export function snapshotResolver(
  snapshot: Snapshot,
  rowsOf: (key: string) => readonly InventoryRow[],
  want: (object: ObjectVersion) => void = () => {},
): Resolver {
  const { bucket, time, digest } = snapshot;
  const listing = { bucket, snapshot: time, digest, rows: [] };
  // A name that was redacted may be that of another object.
  const isListed = (object: ObjectVersion) =>
    object.bucket === bucket && ![object.key, object.versionId].some((name) => name?.includes(REDACTED));
  return inventoryResolver({
    want(object) {
      if (isListed(object)) want(object);
    },
    wantSource() {},
    sourceOf: ({ copySource }) => copySource && { object: copySource, namedBy: "the record" },
    listingsOf: (object) => (isListed(object) ? [{ listing, rows: rowsOf(object.key) }] : []),
  });
}

/** The keys whose rows could tell more of a finding: none where it is settled, or was made after the snapshot. */
export function keysAsked(finding: ComplianceFinding, policies: readonly Policy[], snapshot: Snapshot): string[] {
  if (openUnder(finding, policies) === null) return [];
  const { record } = reopened(finding);
  const keys: string[] = [];
  const noRows = () => [];
  snapshotResolver(snapshot, noRows, ({ key, versionId }) => {
    // A version with an id is the same whenever it is listed.
    const isFixed = versionId !== null && versionId !== "null";
    if (record.time <= snapshot.time || isFixed) keys.push(key);
  }).ask!(record, record.facts);
  return keys;
}
