import { ENCRYPTIONS, type FactName, members } from "../../facts.ts";
import type { LogRecord, ObjectVersion } from "../../record.ts";
import type { Narrowing, Resolver } from "../evidence.ts";
import { isSourceOpen, type NamedSource, type Touched, touchedSource, touchedTarget } from "../touched.ts";
import type { Listing } from "./inventories.ts";
import { proves } from "./proves.ts";
import type { InventoryRow } from "./row.ts";

/** What the resolver is given to work with. */
export interface InventoryLookup {
  /** Notes an object whose rows will be needed. */
  want(object: ObjectVersion): void;
  /** Notes a copy that does not name its source. */
  wantSource(record: LogRecord): void;
  /** The object that a copy read, as far as it is known by now. */
  sourceOf(record: LogRecord): NamedSource | null;
  /** The rows of one object's key, by inventory. */
  listingsOf(object: ObjectVersion): readonly { listing: Listing; rows: readonly InventoryRow[] }[];
}

/**
 * Looks objects up in S3 Inventory. Needs the rows of the objects that suspicious records touch. Proves the encryption of what was
 * read, or of what a served write made, by a row that was neither replaced before the request nor changed after it, by the
 * rules of `proves`; and that of a copy's source, where something names it. Silent on the target of multipart requests, on
 * copies of an object onto itself, and where rows or inventories disagree.
 */
export function inventoryResolver(lookup: InventoryLookup): Resolver {
  const id = "s3-inventory";

  function narrowing(fact: FactName, { object, touch }: Touched, namedBy?: string): Narrowing[] {
    const proofs = lookup.listingsOf(object).flatMap(({ listing, rows }) => {
      const row = proves(touch, rows, listing.snapshot);
      return row ? [{ listing, row }] : [];
    });
    const [proof, ...others] = proofs;
    if (!proof || others.some(({ row }) => row.encryption !== proof.row.encryption)) return [];
    return [
      { fact, values: proof.row.encryption, by: id, detail: sentence(object, proof.listing, proof.row, namedBy) },
    ];
  }

  return {
    id,
    ask(record, facts) {
      const target = touchedTarget(record, facts);
      if (target) lookup.want(target.object);
      if (!isSourceOpen(facts)) return;
      const source = lookup.sourceOf(record);
      if (source) lookup.want(source.object);
      else lookup.wantSource(record);
    },
    resolve(record, facts) {
      const found: Narrowing[] = [];
      const target = touchedTarget(record, facts);
      if (target) found.push(...narrowing("target", target));
      const named = isSourceOpen(facts) ? lookup.sourceOf(record) : null;
      const source = named && touchedSource(record, named.object);
      if (source) found.push(...narrowing("source", source, named.namedBy));
      return found;
    },
  };
}

function sentence(object: ObjectVersion, listing: Listing, row: InventoryRow, namedBy?: string): string {
  const name = `s3://${object.bucket}/${object.key}${object.versionId === null ? "" : ` version ${object.versionId}`}`;
  const [encryption] = members(row.encryption, ENCRYPTIONS);
  const inventory = `inventory of ${listing.bucket} (snapshot ${isoTime(listing.snapshot)})`;
  const rest = `as ${encryption}, last modified ${isoTime(row.lastModified)}`;
  return namedBy ? `${namedBy} names ${name}; ${inventory} lists it ${rest}` : `${inventory} lists ${name} ${rest}`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
