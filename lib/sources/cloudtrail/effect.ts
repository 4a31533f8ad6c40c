import { COMPLETE, COPY, GET, HEAD, INITIATE, PART, PART_COPY, POST, PUT } from "../../facts.ts";

/** What a served request does: nothing to objects, begin an upload, make an object, or change objects in some other way. */
export type Effect = "none" | "begins" | "makes" | "changes";

const EFFECTS = new Map<number, Effect>([
  [GET, "none"],
  [HEAD, "none"],
  [PART, "none"],
  [PART_COPY, "none"],
  [INITIATE, "begins"],
  [PUT, "makes"],
  [POST, "makes"],
  [COPY, "makes"],
  [COMPLETE, "makes"],
]);

/** How the names of other operations begin that leave objects and their encryption as they are. */
const HARMLESS = [
  ...["Get", "Head", "List", "Restore", "Select", "AbortMultipartUpload", "CreateBucket", "DeleteBucket", "PutBucket"],
  ...["DeleteObjectTagging", "PutObjectAcl", "PutObjectLegalHold", "PutObjectLockConfiguration", "PutObjectRetention"],
  "PutObjectTagging",
];

/** An operation that is not known may do anything. */
export function effectOf(code: number, eventName: string): Effect {
  return EFFECTS.get(code) ?? (HARMLESS.some((start) => eventName.startsWith(start)) ? "none" : "changes");
}
