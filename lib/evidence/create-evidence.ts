import type { Judgement } from "../audit.ts";
import type { LogRecord, ObjectVersion } from "../record.ts";
import type { CopyHalf, Recipient } from "../sources/source.ts";
import { createCopyHalves } from "./copy-halves.ts";
import type { Resolver } from "./evidence.ts";
import type { AskedObjects, Inventories, InventoryReport, Listing } from "./inventory/inventories.ts";
import { inventoryResolver } from "./inventory/resolver.ts";
import type { InventoryRow } from "./inventory/row.ts";
import {
  type AskedLive,
  createLiveWants,
  idOf,
  isComplete,
  type KnownLive,
  type Live,
  type LiveHead,
  type LiveReport,
  liveResolver,
} from "./live/live.ts";
import { presignedCopySource, presignedQuery } from "./presigned.ts";
import { type DefaultEncryption, statedDefault } from "./stated.ts";
import type { NamedSource } from "./touched.ts";
import { type AskedTwins, createTwins, type WantedTwins } from "./twins.ts";

/** What the records ask for, as plain data. */
export interface Asked {
  objects: AskedObjects;
  /** Copies whose read half is wanted. */
  requestIds: ReadonlySet<string>;
  /** The read halves that were found for them. */
  halves: readonly CopyHalf[];
  twins: AskedTwins;
  live: AskedLive;
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
  /** What the store has answered so far; `null` where it is not to be asked. */
  live: KnownLive | null;
}

/** Takes the records that open ones hang on, as far as they are wanted. */
export interface Finder {
  offerHalf(half: CopyHalf): void;
  /** For a log object of this format. */
  twinTaker(sourceId: string): Recipient;
}

/** Notes what open records need to be asked live. */
export interface LiveAsker {
  ask(judgement: Judgement): void;
  asked(): Asked;
}

/** The evidence for the records of one log object. */
export interface ObjectEvidence {
  resolvers: readonly Resolver[];
  /** Those that prove something without asking the store: what they leave open is asked live. */
  cheap: readonly Resolver[];
  /** Digests of what other log objects and the store gave, after the judging. */
  digests(): string[];
}

/**
 * The evidence for one run, asked in this order:
 *
 *   1. read the logs, and let the resolvers hear of the open records (`askInto`)
 *   2. if `wantsRelated()`, read them again for the records that open ones hang on: copy halves (`offerHalf`) and twins (`twinTaker`)
 *   3. `fetch()`
 *   4. where the store may be asked: read them again, judge with the `cheap` resolvers, and let a `liveAsker` hear of what is still
 *      open; then 2 again, if there are more `requestIds` than before, and `fetchLive()`
 *   5. read them again and judge with the resolvers
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
  /** For a log object, or all of them; what it asked is for `add`. */
  liveAsker(): LiveAsker;
  /** Gets what was asked for. Never rejects: what could not be used is in the reports, one for each inventory. */
  fetch(): Promise<InventoryReport[]>;
  /** Asks the store. Rejects only when it is aborted; `null` where the store is not to be asked. */
  fetchLive(): Promise<LiveReport | null>;
  snapshot(): EvidenceSnapshot;
}

const NO_INVENTORIES: Inventories = { buckets: [], fetch: async () => ({ listings: [], reports: [] }) };
const NOTHING_ASKED: Asked = {
  objects: new Map(),
  requestIds: new Set(),
  halves: [],
  twins: { wanted: new Map(), found: [] },
  live: { objects: [], copies: new Map() },
};

/**
 * Evidence from presigned queries and, if there are any, inventories and what the operator states. `joins`: from the twins of
 * records, too. `live`: from the store itself. Touches no file itself.
 */
export function createEvidence(
  inventories: Inventories = NO_INVENTORIES,
  stated: DefaultEncryption | null = null,
  joins = false,
  live: Live | null = null,
): Evidence {
  const { buckets } = inventories;
  const known = live && { heads: [], isComplete: false };
  return evidenceOf(inventories, live, { buckets, asked: NOTHING_ASKED, listings: [], stated, joins, live: known });
}

/** Evidence that knows what `snapshot` knows. It has nothing of its own to fetch from. */
export function evidenceFrom(snapshot: EvidenceSnapshot): Evidence {
  return evidenceOf(NO_INVENTORIES, null, snapshot);
}

function evidenceOf(inventories: Inventories, live: Live | null, from: EvidenceSnapshot): Evidence {
  const buckets = new Set(from.buckets);
  const objects = new Map<string, Set<string>>();
  const wantedHalves = new Set<string>();
  const wantedTwins: WantedTwins = new Map();
  const halves = createCopyHalves(wantedHalves);
  const twins = createTwins(wantedTwins);
  let listings = from.listings;
  let rows = byObject(listings);
  const wantedLive = createLiveWants(sourceOf);
  let answers = from.live;
  let heads = byId(answers);

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
    for (const requestId of asked.live.copies.keys()) halves.want(requestId);
    wantedLive.add(asked.live);
  }

  const asked = (): Asked => ({
    objects,
    requestIds: halves.wanted(),
    halves: halves.found(),
    twins: twins.asked(),
    live: wantedLive.asked(),
  });

  function sourceOf(record: LogRecord): NamedSource | null {
    if (record.copySource) return { object: record.copySource, namedBy: "the record" };
    const presigned = presignedCopySource(record);
    if (presigned) return { object: presigned, namedBy: "the presigned query" };
    const half = halves.sourceOf(record.requestId);
    if (half) return { object: half, namedBy: `read half of request ${record.requestId}` };
    const event = twins.sourceOf(record);
    return event && { object: event, namedBy: `CloudTrail's event of request ${record.requestId}` };
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

  const cheap = [presignedQuery, inventory];
  // What somebody states comes last, where nothing is proved.
  const stated = from.stated === null ? [] : [statedDefault(from.stated)];

  return {
    resolvers: [...cheap, ...stated],
    on(sourceId) {
      const twin = from.joins ? twins.resolverFor(sourceId) : null;
      const live = answers && liveResolver((object) => heads.get(idOf(object)) ?? null, answers.isComplete, sourceOf);
      // A twin first, so that what it and an open record contradict each other on is always told.
      const before = twin ? [twin, ...cheap] : cheap;
      return {
        resolvers: [...before, ...(live ? [live] : []), ...stated],
        cheap: before,
        digests: () => [twin?.digest() ?? [], live?.digests() ?? []].flat(),
      };
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
          ...NOTHING_ASKED,
          halves: mine.halves.found(),
          twins: { ...NOTHING_ASKED.twins, found: mine.twins.asked().found },
        }),
      };
    },
    add,
    liveAsker() {
      const mine = createLiveWants(sourceOf);
      return { ask: mine.ask, asked: () => ({ ...NOTHING_ASKED, live: mine.asked() }) };
    },
    async fetch() {
      for (const requestId of halves.wanted()) {
        const source = halves.sourceOf(requestId);
        if (source) want(source);
      }
      for (const source of twins.sources()) want(source);
      const fetched = await inventories.fetch(objects);
      listings = fetched.listings;
      rows = byObject(listings);
      return fetched.reports;
    },
    async fetchLive() {
      if (live === null) return null;
      for (const [requestId, records] of wantedLive.asked().copies) {
        const source = halves.sourceOf(requestId);
        if (source) wantedLive.want(source, records);
      }
      const fetched = await live.fetch(wantedLive.asked().objects);
      answers = { heads: fetched.heads, isComplete: isComplete(fetched) };
      heads = byId(answers);
      return fetched.report;
    },
    snapshot: () => ({
      buckets: [...buckets],
      // Only the thread that asks the store needs to know for what.
      asked: { ...asked(), live: NOTHING_ASKED.live },
      listings,
      stated: from.stated,
      joins: from.joins,
      live: answers,
    }),
  };
}

function byId(known: KnownLive | null): Map<string, LiveHead> {
  return new Map(known?.heads.map((head) => [idOf(head.object), head]));
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
