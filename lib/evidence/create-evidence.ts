import type { LogRecord, ObjectVersion } from "../record.ts";
import type { CopyHalf, Recipient } from "../sources/source.ts";
import { createCopyHalves } from "./copy-halves.ts";
import type { Resolver } from "./evidence.ts";
import type { AskedObjects, Inventories, InventoryReport, Listing } from "./inventory/inventories.ts";
import { inventoryResolver, type NamedSource } from "./inventory/resolver.ts";
import type { InventoryRow } from "./inventory/row.ts";
import { presignedCopySource, presignedQuery } from "./presigned.ts";
import { type DefaultEncryption, statedDefault } from "./stated.ts";
import { type AskedTwins, createTwins, type WantedTwins } from "./twins.ts";

/** What the records ask for, as plain data. */
export interface Asked {
  objects: AskedObjects;
  /** Copies whose read half is wanted. */
  requestIds: ReadonlySet<string>;
  /** The read halves that were found for them. */
  halves: readonly CopyHalf[];
  twins: AskedTwins;
}

/** All that evidence knows, as plain data that can cross threads. */
export interface EvidenceSnapshot {
  /** The buckets that inventories list; nothing is asked of others. */
  buckets: readonly string[];
  asked: Asked;
  listings: readonly Listing[];
  /** What the operator states; `null` if nothing. */
  stated: DefaultEncryption | null;
  /** Whether logs are at hand that may hold the same requests; no twins are asked for otherwise. */
  joins: boolean;
}

/** Takes the records that open ones hang on, as far as they are wanted. */
export interface Finder {
  offerHalf(half: CopyHalf): void;
  /** For a log object of this format. */
  twinTaker(sourceId: string): Recipient;
}

/** The evidence for the records of one log object. */
export interface ObjectEvidence {
  resolvers: readonly Resolver[];
  /** Digests of what other log objects gave, after the judging. */
  digests(): string[];
}

/**
 * The evidence for one run, asked in this order:
 *
 *   1. read the logs, and let the resolvers hear of the open records (`askInto`)
 *   2. if `wantsRelated()`, read them again for the records that open ones hang on: copy halves (`offerHalf`) and twins (`twinTaker`)
 *   3. `fetch()`
 *   4. read them again and judge with the resolvers
 *
 * Where threads share the reading, each works for one step on `evidenceFrom(snapshot())`, and what it asked is added here.
 */
export interface Evidence extends Finder {
  /** Those that know nothing of log formats. */
  readonly resolvers: readonly Resolver[];
  /** All resolvers for a log object of this format. */
  on(sourceId: string): ObjectEvidence;
  /** Whether some record needs another one: a copy its read half, or any its twin. */
  wantsRelated(): boolean;
  /** Finds what is wanted here, and keeps it apart, for another thread's `add`. */
  finder(): Finder & { found(): Asked };
  asked(): Asked;
  /** Adds what another thread's evidence was asked for, and the halves and twins that it found. */
  add(asked: Asked): void;
  /** Gets what was asked for. Never rejects: what could not be used is in the reports, one for each inventory. */
  fetch(): Promise<InventoryReport[]>;
  snapshot(): EvidenceSnapshot;
}

const NO_INVENTORIES: Inventories = { buckets: [], fetch: async () => ({ listings: [], reports: [] }) };
const NOTHING: EvidenceSnapshot = {
  buckets: [],
  asked: { objects: new Map(), requestIds: new Set(), halves: [], twins: { wanted: new Map(), found: [] } },
  listings: [],
  stated: null,
  joins: false,
};

/**
 * Evidence from presigned queries and, if there are any, inventories and what the operator states. `joins`: from the twins of
 * records, too. Touches no file itself.
 */
export function createEvidence(
  inventories: Inventories = NO_INVENTORIES,
  stated: DefaultEncryption | null = null,
  joins = false,
): Evidence {
  return evidenceOf(inventories, { ...NOTHING, buckets: inventories.buckets, stated, joins });
}

/** Evidence that knows what `snapshot` knows. It has no inventories of its own to fetch from. */
export function evidenceFrom(snapshot: EvidenceSnapshot): Evidence {
  return evidenceOf(NO_INVENTORIES, snapshot);
}

function evidenceOf(inventories: Inventories, from: EvidenceSnapshot): Evidence {
  const buckets = new Set(from.buckets);
  const objects = new Map<string, Set<string>>();
  const wantedHalves = new Set<string>();
  const wantedTwins: WantedTwins = new Map();
  const halves = createCopyHalves(wantedHalves);
  const twins = createTwins(wantedTwins);
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
    twins.add(asked.twins);
  }

  const asked = (): Asked => ({
    objects,
    requestIds: halves.wanted(),
    halves: halves.found(),
    twins: twins.asked(),
  });

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

  // What somebody states comes last, where nothing is proved.
  const resolvers = [presignedQuery, inventory, ...(from.stated === null ? [] : [statedDefault(from.stated)])];

  return {
    resolvers,
    on(sourceId) {
      const twin = from.joins ? twins.resolverFor(sourceId) : null;
      // First, so that what an open record and its twin contradict each other on is always told.
      return twin === null
        ? { resolvers, digests: () => [] }
        : { resolvers: [twin, ...resolvers], digests: () => [twin.digest()].filter((digest) => digest !== null) };
    },
    wantsRelated: () => halves.wanted().size > 0 || twins.isWanting(),
    offerHalf: halves.offer,
    twinTaker: twins.recipientFor,
    asked,
    finder() {
      const mine = { halves: createCopyHalves(wantedHalves), twins: createTwins(wantedTwins) };
      return {
        offerHalf: mine.halves.offer,
        twinTaker: mine.twins.recipientFor,
        // What is wanted is known where this goes, and may be much.
        found: () => ({
          ...NOTHING.asked,
          halves: mine.halves.found(),
          twins: { ...NOTHING.asked.twins, found: mine.twins.asked().found },
        }),
      };
    },
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
      asked: asked(),
      listings,
      stated: from.stated,
      joins: from.joins,
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
