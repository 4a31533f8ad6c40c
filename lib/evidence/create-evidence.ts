import type { LogRecord, ObjectVersion } from "../record.ts";
import type { CopyHalf } from "../sources/source.ts";
import { createCopyHalves } from "./copy-halves.ts";
import type { Resolver } from "./evidence.ts";
import type { AskedObjects, Inventories, InventoryReport, Listing } from "./inventory/inventories.ts";
import { inventoryResolver, type NamedSource } from "./inventory/resolver.ts";
import type { InventoryRow } from "./inventory/row.ts";
import { presignedCopySource, presignedQuery } from "./presigned.ts";
import { type DefaultEncryption, statedDefault } from "./stated.ts";

/** What the records ask for, as plain data. */
export interface Asked {
  objects: AskedObjects;
  /** Copies whose read half is wanted. */
  requestIds: ReadonlySet<string>;
  /** The read halves that were found for them. */
  halves: readonly CopyHalf[];
}

/** All that evidence knows, as plain data that can cross threads. */
export interface EvidenceSnapshot {
  /** The buckets that inventories list; nothing is asked of others. */
  buckets: readonly string[];
  asked: Asked;
  listings: readonly Listing[];
  /** What the operator states; `null` if nothing. */
  stated: DefaultEncryption | null;
}

/**
 * The evidence for one run, asked in this order:
 *
 *   1. read the logs, and let `resolvers` hear of the open records (`askInto`)
 *   2. if `wantsHalves()`, read them again for their copy halves (`offerHalf`)
 *   3. `fetch()`
 *   4. read them again and judge with `resolvers`
 *
 * Where threads share the reading, each works for one step on `evidenceFrom(snapshot())`, and what it asked is added here.
 */
export interface Evidence {
  readonly resolvers: readonly Resolver[];
  /** Whether some copy needs its read half. */
  wantsHalves(): boolean;
  offerHalf(half: CopyHalf): void;
  asked(): Asked;
  /** Adds what another thread's evidence was asked for, and the halves that it found. */
  add(asked: Asked): void;
  /** Gets what was asked for. Never rejects: what could not be used is in the reports, one for each inventory. */
  fetch(): Promise<InventoryReport[]>;
  snapshot(): EvidenceSnapshot;
}

const NO_INVENTORIES: Inventories = { buckets: [], fetch: async () => ({ listings: [], reports: [] }) };
const NOTHING: EvidenceSnapshot = {
  buckets: [],
  asked: { objects: new Map(), requestIds: new Set(), halves: [] },
  listings: [],
  stated: null,
};

/** Evidence from presigned queries and, if there are any, inventories and what the operator states. Touches no file itself. */
export function createEvidence(
  inventories: Inventories = NO_INVENTORIES,
  stated: DefaultEncryption | null = null,
): Evidence {
  return evidenceOf(inventories, { ...NOTHING, buckets: inventories.buckets, stated });
}

/** Evidence that knows what `snapshot` knows. It has no inventories of its own to fetch from. */
export function evidenceFrom(snapshot: EvidenceSnapshot): Evidence {
  return evidenceOf(NO_INVENTORIES, snapshot);
}

function evidenceOf(inventories: Inventories, from: EvidenceSnapshot): Evidence {
  const buckets = new Set(from.buckets);
  const objects = new Map<string, Set<string>>();
  const halves = createCopyHalves();
  let listings = from.listings;
  let rows = byObject(listings);

  function want({ bucket, key }: Pick<ObjectVersion, "bucket" | "key">): void {
    if (!buckets.has(bucket)) return;
    const keys = objects.get(bucket);
    if (keys) keys.add(key);
    else objects.set(bucket, new Set([key]));
  }

  function add(asked: Asked): void {
    for (const [bucket, keys] of asked.objects) for (const key of keys) want({ bucket, key });
    for (const requestId of asked.requestIds) halves.want(requestId);
    for (const half of asked.halves) halves.offer(half);
  }

  function sourceOf(record: LogRecord): NamedSource | null {
    if (record.copySource) return { object: record.copySource, namedBy: "the record" };
    const presigned = presignedCopySource(record);
    if (presigned) return { object: presigned, namedBy: "the presigned query" };
    const half = halves.sourceOf(record.requestId);
    return half && { object: half, namedBy: `read half of request ${record.requestId}` };
  }

  add(from.asked);
  const inventory = inventoryResolver({
    want,
    wantSource(record) {
      // Knowing the source object helps nobody who cannot look it up.
      if (buckets.size > 0) halves.want(record.requestId);
    },
    sourceOf,
    listingsOf: ({ bucket, key }) =>
      (rows.get(bucket) ?? []).map(({ listing, keys }) => ({ listing, rows: keys.get(key) ?? [] })),
  });

  return {
    // What somebody states comes last, where nothing is proved.
    resolvers: [presignedQuery, inventory, ...(from.stated === null ? [] : [statedDefault(from.stated)])],
    wantsHalves: () => halves.wanted().size > 0,
    offerHalf: halves.offer,
    asked: () => ({ objects, requestIds: halves.wanted(), halves: halves.found() }),
    add,
    async fetch() {
      for (const requestId of halves.wanted()) {
        const source = halves.sourceOf(requestId);
        if (source) want(source);
      }
      const fetched = await inventories.fetch(objects);
      listings = fetched.listings;
      rows = byObject(listings);
      return fetched.reports;
    },
    snapshot: () => ({
      buckets: [...buckets],
      asked: { objects, requestIds: halves.wanted(), halves: halves.found() },
      listings,
      stated: from.stated,
    }),
  };
}

type RowsByKey = Map<string, InventoryRow[]>;

function byObject(listings: readonly Listing[]): Map<string, { listing: Listing; keys: RowsByKey }[]> {
  const found = new Map<string, { listing: Listing; keys: RowsByKey }[]>();
  for (const listing of listings) {
    const entry = { listing, keys: Map.groupBy(listing.rows, (row) => row.key) };
    const others = found.get(listing.bucket);
    if (others) others.push(entry);
    else found.set(listing.bucket, [entry]);
  }
  return found;
}
