import { COMPLETE, COPY, GET, HEAD, INITIATE, PART, PART_COPY, POST, PUT } from "../../facts.ts";

/** What a served request does to objects: nothing, begin an upload, make an object, or change or delete objects somehow. */
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

/** Other operations that leave objects and their encryption as they are. */
const HARMLESS =
  /^(?:Get|Head|List|Select|Restore|AbortMultipartUpload|(?:Create|Delete|Put)Bucket|(?:Delete|Put)Object(?:Acl|LegalHold|Retention|Tagging))/;

/** An operation that is not known may do anything. */
export function effectOf(code: number, eventName: string): Effect {
  return EFFECTS.get(code) ?? (HARMLESS.test(eventName) ? "none" : "changes");
}
