import type { ObjectVersion } from "../record.ts";
import { eitherOf, type Write } from "./write.ts";

/**
 * What the writes of one complete log say of the objects that they made, where the order of the log says nothing, but its records
 * are dated to the second: CloudTrail's. Silent where there is doubt: the writes of one second leave the encryptions of all
 * possible, and a request learns nothing of what happened in its own second.
 */
export interface DatedWrites {
  /** The object was made. With ANY_ENCRYPTION this ends what was known of it. */
  wrote(object: ObjectVersion, write: Write): void;
  /**
   * The object was deleted, or changed in a way that the log does not show; of several objects of the bucket, or of who knows which
   * bucket, where `key` or `bucket` is null. A deletion leaves the other versions as they are.
   */
  changed(bucket: string | null, key: string | null, at: number, isDeletion: boolean): void;
  /** Something up to this time is not told. */
  forgot(until: number): void;
  /**
   * What made the object that a request of this time found: its newest version where `versionId` is null. `requestId` is the request's
   * own, if it may itself have written the object, after it had found it.
   */
  of(object: ObjectVersion, at: number, requestId?: string): Write | null;
}

/** The one version that is overwritten in place. */
const NULL_VERSION = "null";

interface Made extends Write {
  /** All writes of its second are this request. */
  isAlone: boolean;
}

/** Writes or times, put in order once they are asked for. */
interface Dated<T> {
  all: T[];
  isInOrder: boolean;
}

export function createDatedWrites(): DatedWrites {
  let forgottenUntil = Number.NEGATIVE_INFINITY;
  const objects = new Map<string, Dated<Made>>();
  const versions = new Map<string, Write>();
  /** By object, by bucket, and of all buckets. */
  const changes = new Map<string, Dated<number>>();
  /** Those that may have changed older versions, too. */
  const deepChanges = new Map<string, Dated<number>>();

  return {
    wrote({ bucket, key, versionId }, write) {
      add(objects, nameOf(bucket, key), { ...write, isAlone: true });
      if (versionId === null || versionId === NULL_VERSION) return;
      const name = nameWithId(bucket, key, versionId);
      versions.set(name, eitherOf(write, versions.get(name)));
    },
    changed(bucket, key, at, isDeletion) {
      const name = nameOf(bucket, key);
      add(changes, name, at);
      if (!isDeletion) add(deepChanges, name, at);
    },
    forgot(until) {
      forgottenUntil = Math.max(forgottenUntil, until);
    },
    of(object, at, requestId) {
      const { bucket, key, versionId } = object;
      const isNewest = versionId === null;
      const write = isNewest ? newest(bucket, key, at, requestId) : versions.get(nameWithId(bucket, key, versionId));
      if (!write || write.from <= forgottenUntil) return null;
      return isChanged(isNewest ? changes : deepChanges, object, write.from, at) ? null : write;
    },
  };

  function newest(bucket: string, key: string, at: number, requestId?: string): Write | undefined {
    const writes = objects.get(nameOf(bucket, key));
    if (!writes) return undefined;
    putInOrder(writes, (write) => write.from, together);
    const last = countUpTo(writes.all, (write) => write.from, at) - 1;
    const write = writes.all[last];
    if (!write || write.from < at) return write;
    // What else is made in the second of a request, the request may have found or not.
    return write.isAlone && write.requestId === requestId ? writes.all[last - 1] : undefined;
  }
}

function isChanged(
  changes: Map<string, Dated<number>>,
  { bucket, key }: ObjectVersion,
  from: number,
  until: number,
): boolean {
  return [nameOf(bucket, key), nameOf(bucket, null), nameOf(null, null)].some((name) => {
    const times = changes.get(name);
    if (!times) return false;
    putInOrder(times, itself, Math.max);
    const last = times.all[countUpTo(times.all, itself, until) - 1];
    return last !== undefined && last >= from;
  });
}

/** Of one second, either may be the last. */
function together(write: Made, other: Made): Made {
  const isAlone = write.isAlone && other.isAlone && write.requestId === other.requestId;
  return { ...eitherOf(write, other), isAlone };
}

function add<T>(map: Map<string, Dated<T>>, name: string, value: T): void {
  const dated = map.get(name);
  if (!dated) map.set(name, { all: [value], isInOrder: true });
  else {
    dated.all.push(value);
    dated.isInOrder = false;
  }
}

/** Rising by time, with one element for each: what comes later is joined with what came before it. */
function putInOrder<T>(dated: Dated<T>, timeOf: (value: T) => number, join: (value: T, before: T) => T): void {
  if (dated.isInOrder) return;
  const ordered: T[] = [];
  for (const value of dated.all.sort((a, b) => timeOf(a) - timeOf(b))) {
    const before = ordered.at(-1);
    if (before !== undefined && timeOf(before) === timeOf(value)) ordered[ordered.length - 1] = join(value, before);
    else ordered.push(value);
  }
  dated.all = ordered;
  dated.isInOrder = true;
}

/** How many of the ordered values are dated up to `at`. */
function countUpTo<T>(ordered: readonly T[], timeOf: (value: T) => number, at: number): number {
  let low = 0;
  for (let high = ordered.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (timeOf(ordered[middle]!) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function itself(time: number): number {
  return time;
}

/** Lengths keep names that hold anything from passing for other names. */
function nameOf(bucket: string | null, key: string | null): string {
  return bucket === null ? "" : `${bucket.length} ${bucket}${key ?? ""}`;
}

function nameWithId(bucket: string, key: string, id: string): string {
  return `${id.length} ${id}${nameOf(bucket, key)}`;
}
