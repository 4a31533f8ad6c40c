import { SSE_KMS, SSE_S3 } from "../facts.ts";

/** The values of `x-amz-server-side-encryption`, in requests and answers alike, as bits of what they ask for or tell. */
export const SSE_HEADER: ReadonlyMap<string, number> = new Map([
  ["AES256", SSE_S3],
  ["aws:kms", SSE_KMS],
  ["aws:kms:dsse", SSE_KMS],
]);
