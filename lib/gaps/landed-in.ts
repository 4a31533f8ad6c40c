import type { ObjectRef } from "../inputs/bucket.ts";
import { skipAfter, type Window } from "./named-times.ts";

export class OutOfTime extends Error {
  override name = "OutOfTime";
  /** The key behind which a listing would go on; empty for its beginning. */
  after = "";
}

/**
 * The objects of a place that landed in a window. Where names carry the time, listing begins at the window and ends behind it,
 * in every series of names on its own, so a bucket of millions of log objects costs a request or two for each series and a
 * page for each thousand that landed. All else is listed from end to end.
 *
 * Not found is what landed at another time than its name says, as logs that were copied there do: its event tells of it, or the
 * state machine of infra/history.yml goes through it.
 * @param list the objects after a key, in the order of their keys' UTF-8 bytes
 * @param after the key to begin behind
 * @throws {OutOfTime} once `mayGoOn` says no
 */
export async function* landedIn(
  window: Window,
  list: (startAfter?: string) => AsyncIterable<ObjectRef>,
  mayGoOn: () => boolean,
  after = "",
): AsyncGenerator<ObjectRef> {
  let skip: string | null = null;
  do {
    const listing: AsyncIterable<ObjectRef> = after === "" ? list() : list(after);
    skip = null;
    for await (const object of listing) {
      if (!mayGoOn()) {
        const left = `no time to list it to its end; left off at ${JSON.stringify(object.key)}`;
        throw Object.assign(new OutOfTime(left), { after });
      }
      skip = skipAfter(object.key, window);
      after = skip ?? object.key;
      if (skip !== null) break;
      const { lastModified } = object;
      if (lastModified >= window.from && lastModified < window.to) yield object;
    }
  } while (skip !== null);
}
