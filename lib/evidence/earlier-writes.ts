import { ANY_ENCRYPTION } from "../facts.ts";
import { createRecent } from "./recent.ts";
import type { Span, Write } from "./write.ts";

/**
 * What the writes of one complete log, told in the order of that log, say of the objects that they made. Silent where there
 * is doubt: writes that overlap leave the encryptions of both possible, and a request that overlaps a write learns nothing. A write
 * that is logged behind such a request, because it ended later, is watched for. What begins as another ends is later: the clocks of
 * logs are coarse (4 ms and more), and requests that follow each other share a tick.
 */
export interface EarlierWrites {
  /** The object was made. With ANY_ENCRYPTION this ends what was known of it. */
  wrote(bucket: string, key: string, write: Write): void;
  /** The object was deleted, or changed in a way that the log does not show. */
  deleted(bucket: string, key: string, span: Span): void;
  /** As `deleted`, of one object or many of the bucket, and the log does not show which. */
  deletedSome(bucket: string, span: Span): void;
  /** What made the object that a request of this time found. */
  of(bucket: string, key: string, at: number): Write | null;
  /** Begins to look out for what overlaps a request for this object that ended by `until`, and is told later. */
  watch(bucket: string, key: string, until: number): Watch;
}

export interface Watch {
  /** Ends it. True: what `of` said of the object may not be what the request found. */
  end(): boolean;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Its place in the log orders what was told. */
interface Told {
  place: number;
  until: number;
}

type Known = Write & Told;

interface Watching {
  until: number;
  isDoubtful: boolean;
}

/** Those of one object or bucket, and when the last of the requests ended: mostly before what is told next began. */
interface Watchings {
  until: number;
  all: Set<Watching>;
}

/** @param limit how many objects and buckets are remembered */
export function createEarlierWrites(limit: number): EarlierWrites {
  let place = 0;
  /** A write that began before this may overlap one that is forgotten. */
  let forgottenUntil = NEVER;
  /** No write up to this place counts any more. */
  let forgottenPlace = 0;
  const objects = createRecent<Known>(limit, forget);
  const deletions = createRecent<Told>(limit, (lost) => {
    forget(lost);
    forgottenPlace = Math.max(forgottenPlace, lost.place);
  });
  /** By object and by bucket. */
  const watching = new Map<string, Watchings>();
  return { wrote, deleted, deletedSome, of, watch };

  function forget(lost: Told): void {
    forgottenUntil = Math.max(forgottenUntil, lost.until);
  }

  function wrote(bucket: string, key: string, write: Write): void {
    const name = nameOf(bucket, key);
    alarm(name, write.from);
    const before = objects.get(name);
    if (before && write.until < before.from) return;
    const isDoubtful = write.from < (deletions.get(bucket)?.until ?? NEVER) || (!before && write.from < forgottenUntil);
    const overlapped = before && write.from < before.until ? before.encryption : 0;
    const encryption = isDoubtful ? ANY_ENCRYPTION : write.encryption | overlapped;
    const until = Math.max(write.until, before?.until ?? NEVER);
    // Each member by its name: a spread takes as long as all the rest.
    objects.set(name, { requestId: write.requestId, from: write.from, until, encryption, place: ++place });
  }

  function deleted(bucket: string, key: string, span: Span): void {
    wrote(bucket, key, { ...span, requestId: "", encryption: ANY_ENCRYPTION });
  }

  function deletedSome(bucket: string, { from, until }: Span): void {
    alarm(bucket, from);
    const before = deletions.get(bucket)?.until ?? NEVER;
    deletions.set(bucket, { until: Math.max(until, before), place: ++place });
  }

  function of(bucket: string, key: string, at: number): Write | null {
    const write = objects.get(nameOf(bucket, key));
    if (!write || write.until > at) return null;
    return write.place > (deletions.get(bucket)?.place ?? forgottenPlace) ? write : null;
  }

  function watch(bucket: string, key: string, until: number): Watch {
    const one: Watching = { until, isDoubtful: false };
    const names = [nameOf(bucket, key), bucket];
    for (const name of names) {
      const { until: before, all } = watching.get(name) ?? { until: NEVER, all: new Set<Watching>() };
      watching.set(name, { until: Math.max(before, until), all: all.add(one) });
    }
    return {
      end() {
        for (const name of names) {
          const all = watching.get(name)?.all;
          all?.delete(one);
          if (all?.size === 0) watching.delete(name);
        }
        return one.isDoubtful;
      },
    };
  }

  /** What is told ends after all that was told before it. */
  function alarm(name: string, from: number): void {
    const watchings = watching.get(name);
    if (watchings === undefined || from >= watchings.until) return;
    watchings.until = NEVER;
    for (const one of watchings.all) {
      if (from < one.until) {
        one.isDoubtful = true;
        watchings.all.delete(one);
      } else watchings.until = Math.max(watchings.until, one.until);
    }
  }
}

function nameOf(bucket: string, key: string): string {
  return `${bucket}\0${key}`;
}
