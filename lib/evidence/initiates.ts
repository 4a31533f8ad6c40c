import { createRecent } from "./recent.ts";
import { eitherOf, type Write } from "./write.ts";

/** What the initiates of a log that shows their upload ids say of its other records. */
export interface Initiates {
  began(bucket: string, key: string, uploadId: string, write: Write): void;
  /** What a request with this upload id inherits from; where initiates differ, the last, with the encryptions of all. */
  of(bucket: string, key: string, uploadId: string): Write | null;
}

/** @param limit how many are remembered */
export function createInitiates(limit: number): Initiates {
  const initiates = createRecent<Write>(limit);
  return {
    began(bucket, key, uploadId, write) {
      const name = nameOf(bucket, key, uploadId);
      initiates.set(name, eitherOf(write, initiates.get(name)));
    },
    of: (bucket, key, uploadId) => initiates.get(nameOf(bucket, key, uploadId)) ?? null,
  };
}

/** The id's length keeps an id and a key that hold anything from passing for another id and key. */
function nameOf(bucket: string, key: string, id: string): string {
  return `${bucket}\0${id.length}\0${id}${key}`;
}
