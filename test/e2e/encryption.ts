import { createHash } from "node:crypto";
import { ENCRYPTIONS, type Encryption } from "../../lib/facts.ts";
import { KMS_KEYS } from "./ceph.ts";

/** What the lab knows of the encryption of an object that it writes or reads. */
export interface Known {
  really: Encryption;
  /** What the gateway's log leaves possible. */
  shown: readonly Encryption[];
  /** The write asked for nothing, so that what the operator states settles it. */
  isByDefault: boolean;
}

const BY_DEFAULT: Known = { really: "none", shown: ["none", "SSE-S3", "SSE-KMS"], isByDefault: true };

/** Encryption that nobody chose: of requests that are no interface of the tables, and of objects that nobody can tell of. */
export const UNKNOWN: Known = { really: "none", shown: ENCRYPTIONS, isByDefault: false };

/** Of a write that asks for it. */
export function asked(encryption: Encryption): Known {
  return encryption === "none" ? BY_DEFAULT : { really: encryption, shown: [encryption], isByDefault: false };
}

/** Of the object or upload that such a write has made. The gateway takes AES256 and stores the object in the clear. */
export function stored(encryption: Encryption): Known {
  return encryption === "SSE-S3"
    ? { really: "none", shown: ["none", "SSE-S3"], isByDefault: false }
    : asked(encryption);
}

const customer = customerKey("the lab's");

/** The SDK's parameters that ask for it. */
export function asking(encryption: Encryption) {
  switch (encryption) {
    case "none":
      return {};
    case "SSE-S3":
      return { ServerSideEncryption: "AES256" } as const;
    case "SSE-KMS":
      return { ServerSideEncryption: "aws:kms", SSEKMSKeyId: KMS_KEYS[0] } as const;
    case "SSE-C":
      return withKey();
  }
}

/** The SDK's parameters that read what is encrypted so, or write parts of it. */
export function opening(encryption: Encryption) {
  return encryption === "SSE-C" ? withKey() : {};
}

/** The SDK's parameters that copy from what is encrypted so. */
export function copying(encryption: Encryption) {
  if (encryption !== "SSE-C") return {};
  const { algorithm, key, md5 } = customer;
  return { CopySourceSSECustomerAlgorithm: algorithm, CopySourceSSECustomerKey: key, CopySourceSSECustomerKeyMD5: md5 };
}

/** The fields of a form, or parameters of a query, that ask for it. */
export function fieldsAsking(encryption: Encryption): Record<string, string> {
  const name = "x-amz-server-side-encryption";
  switch (encryption) {
    case "none":
      return {};
    case "SSE-S3":
      return { [name]: "AES256" };
    case "SSE-KMS":
      return { [name]: "aws:kms", [`${name}-aws-kms-key-id`]: KMS_KEYS[0] };
    case "SSE-C":
      return {
        [`${name}-customer-algorithm`]: customer.algorithm,
        [`${name}-customer-key`]: customer.key,
        [`${name}-customer-key-md5`]: customer.md5,
      };
  }
}

/** The SDK's parameters with a customer's key, that of the lab unless it is another. */
export function withKey({ algorithm, key, md5 } = customer) {
  return { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: md5 };
}

export function customerKey(text: string) {
  const key = createHash("sha256").update(text).digest();
  return {
    algorithm: "AES256",
    key: key.toString("base64"),
    md5: createHash("md5").update(key).digest("base64"),
  };
}
