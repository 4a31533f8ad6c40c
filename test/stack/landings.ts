import { expect } from "vitest";
import { SSE_C } from "../../lib/facts.ts";
import { storeKeys } from "../../lib/stores/log-object.ts";
import { created, LOG, recorded } from "../functions/recorded.ts";
import { inventoryObjects, MANIFEST, row } from "../settle/inventory.ts";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { objectOf } from "../support/s3-operations.ts";
import type { Account } from "./account.ts";

export const TODAY = new Date().toISOString().slice(0, 10);
/** When log objects landed: settlements look at the last days. */
export const YESTERDAY = new Date(Date.parse(TODAY) - 86_400_000).toISOString().slice(0, 10);
const LANDED = Date.parse(`${YESTERDAY}T13:00:05Z`);

const VERSION = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e";

const COLUMNS = "id,interface,source,target,transport,signature,min_tls,severity,title,cite";

/** Puts a policy in force that permits reads over this transport only, and gives its table. */
export function permit(account: Account, findingsBucket: string, transport: "HTTP" | "HTTPS"): string {
  const table = `${COLUMNS}\nours.get,GetObject,*,*,${transport},V4,,high,Use ${transport}.,House rule 1\n`;
  account.s3.put(findingsBucket, "policies/ours.csv", table);
  return table;
}

const lines = (...given: Parameters<typeof accessLogLine>) => Buffer.from(`${accessLogLine(...given)}\n`);

/** A line that is compliant, unless a policy forbids HTTPS. */
const CLEAN = lines();
/** Of the requester and object that are in the recorded log object as well. */
const LATE = lines({ ...OVER_HTTP, requestId: "LATE000000000001" });
const OVERWRITTEN = lines({ ...OVER_HTTP, requestId: "OLD0000000000001" });
const WRITTEN_OVER_IT = lines({ requestId: "NEW0000000000001" });

const KEYS = {
  recorded: LOG.key,
  clean: "clean",
  overwritten: "overwritten",
  gone: "gone",
  late: "late",
} as const;

/** Log objects land in a bucket, each so that its audit takes something else, and the rules of the stack are told of it. */
export async function land(account: Account, bucket: string): Promise<void> {
  const { s3 } = account;
  s3.put(bucket, KEYS.recorded, LOG.bytes, LANDED);
  s3.put(bucket, KEYS.overwritten, OVERWRITTEN, LANDED, { versionId: VERSION });
  s3.put(bucket, KEYS.overwritten, WRITTEN_OVER_IT, LANDED, { versionId: "later" });
  const event = recorded("eventbridge-created");
  event.time = account.clock();
  event.detail.bucket.name = bucket;
  await account.emit(event);
  const old = structuredClone(event);
  old.detail.object = { key: KEYS.overwritten, etag: etagOf(OVERWRITTEN), "version-id": VERSION };
  await account.emit(old);
  await account.emit(created(bucket, KEYS.gone, { etag: "0123", time: account.clock() }));
  await landClean(account, bucket);
}

export async function landClean(account: Account, bucket: string): Promise<void> {
  account.s3.put(bucket, KEYS.clean, CLEAN, LANDED);
  await account.emit(created(bucket, KEYS.clean, { etag: etagOf(CLEAN), time: account.clock() }));
}

/** As an audit leaves it beside what is clean that took a line for malformed, before somebody deployed a better reader. */
export function quarantineClean({ s3 }: Account, findingsBucket: string, bucket: string): void {
  const object = { bucket, key: KEYS.clean, etag: etagOf(CLEAN), lastModified: LANDED, sourceId: "" };
  s3.put(findingsBucket, storeKeys(object).quarantine, "a line");
}

/** Nobody is told. */
export function landUnnoticed(account: Account, bucket: string): void {
  account.s3.put(bucket, KEYS.late, LATE, LANDED);
}

/** An inventory lands, and then its checksum, before which Step Functions tries again in vain. */
export async function landInventory({ s3, emit }: Account, bucket: string): Promise<void> {
  const objects = inventoryObjects([[row("a/b.txt", SSE_C)]], { creationTimestamp: String(Date.now()) }, "records");
  const [checksum] = Object.entries(objects).filter(([key]) => key.endsWith(".checksum"));
  for (const [key, bytes] of Object.entries(objects)) if (key !== checksum![0]) s3.put(bucket, key, bytes);
  await expect(emit(created(bucket, MANIFEST))).rejects.toThrow("there is no manifest.checksum beside it yet");
  s3.put(bucket, ...checksum!);
  expect(await emit(created(bucket, MANIFEST))).toEqual(["InventoryDelivered"]);
}

function etagOf(bytes: Buffer): string {
  return objectOf(bytes).etag.replaceAll('"', "");
}
