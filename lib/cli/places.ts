import { resolve } from "node:path";
import { type InventoryPlace, onDisk } from "../evidence/inventory/place.ts";
import type { ObjectRef } from "../inputs/bucket.ts";
import { type FileRef, fileInput, findFiles } from "../inputs/files.ts";
import type { LogInput, Problem } from "../inputs/input.ts";
import type { S3Options } from "../s3/client.ts";
import { isS3Uri, parseS3Uri, s3Uri } from "../s3/place.ts";
import { openFolderStore } from "../stores/folder.ts";
import { meetsStore } from "../stores/own-output.ts";
import type { Store } from "../stores/store.ts";

/** A log object as plain data, to be sent to another thread. */
export type InputRef = FileRef | ObjectRef;

/** Opens what the command line names: paths, and `s3://` URIs. */
export interface Places {
  /** The log objects at and below these places, each once, in the order of the places and by name. */
  find(names: readonly string[], store: string | null): Promise<{ inputs: InputRef[]; problems: Problem[] }>;
  input(ref: InputRef): LogInput;
  store(name: string): Store;
  inventory(name: string): InventoryPlace;
}

export function isObject(ref: InputRef): ref is ObjectRef {
  return "bucket" in ref;
}

/** @param s3 how to reach object storage; `null` where no name begins with `s3://` */
export async function openPlaces(s3: S3Options | null, signal?: AbortSignal): Promise<Places> {
  // The SDK takes longer to load than a small log to audit.
  const buckets = s3 && (await import("./object-storage.ts")).openObjectStorage(s3, signal);

  async function findAt(name: string, store: string | null): Promise<{ inputs: InputRef[]; problems: Problem[] }> {
    if (!isS3Uri(name)) {
      const { files, problems } = await findFiles([name]);
      return { inputs: files, problems };
    }
    const place = parseS3Uri(name);
    if (store !== null && isS3Uri(store) && meetsStore(place, parseS3Uri(store))) {
      const message = `holds what --store ${store} keeps, which is not audited; name a prefix with nothing but logs`;
      return { inputs: [], problems: [{ name, message }] };
    }
    const { objects, problems } = await buckets!.find(place);
    return { inputs: objects, problems };
  }

  return {
    async find(names, store) {
      const inputs = new Map<string, InputRef>();
      const problems: Problem[] = [];
      for (const name of names) {
        const found = await findAt(name, store);
        problems.push(...found.problems);
        for (const ref of found.inputs) {
          const id = isObject(ref) ? s3Uri(ref.bucket, ref.key) : resolve(ref.path);
          if (!inputs.has(id)) inputs.set(id, ref);
        }
      }
      return { inputs: [...inputs.values()], problems };
    },
    input: (ref) => (isObject(ref) ? buckets!.input(ref) : fileInput(ref)),
    store: (name) => (isS3Uri(name) ? buckets!.store(parseS3Uri(name)) : openFolderStore(name)),
    inventory: (name) => (isS3Uri(name) ? buckets!.inventory(name) : onDisk(name)),
  };
}
