import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { ENCRYPTIONS } from "../../lib/facts.ts";
import { asked, asking, copying, customerKey, opening, stored, UNKNOWN, withKey } from "./encryption.ts";
import { CONTENT, keyOf, nameOf } from "./rows.ts";
import type { Sender } from "./sent.ts";

/** Why no request of some rows was served. */
export const REFUSED = {
  copy: "the gateway answers 501 to every copy of an encrypted object, after the request has crossed the network",
  part: "the gateway answers 400 to a part copied from an SSE-C object into an upload of another encryption",
} as const;

/** Requests that the gateway refuses whoever signs them, with a customer's key or for want of it. */
export async function refusedRequests(sender: Sender, bucket: string): Promise<void> {
  const object = { Bucket: bucket, Key: keyOf(sender, "SSE-C") };
  const target = stored("SSE-C");
  const another = withKey(customerKey("another"));
  for (const [but, key] of [
    ["without its key", {}],
    ["with another key", another],
  ] as const) {
    await sender.send({ interface: "HeadObject", target, but }, new HeadObjectCommand({ ...object, ...key }));
    await sender.send({ interface: "GetObject", target, but }, new GetObjectCommand({ ...object, ...key }));
  }
  const put = new PutObjectCommand({ ...object, Body: CONTENT, ...opening("SSE-C") });
  // The SDK itself would send the right one.
  put.middlewareStack.add(
    (next) => (args) => {
      const digest = { "x-amz-server-side-encryption-customer-key-md5": another.SSECustomerKeyMD5 };
      Object.assign((args.request as { headers: object }).headers, digest);
      return next(args);
    },
    { step: "build" },
  );
  await sender.send({ interface: "PutObject", target, but: "with another key's digest" }, put);
}

/** What somebody else may not do with the objects and the open uploads of `owner`. */
export async function forbiddenRequests(owner: Sender, other: Sender, bucket: string): Promise<void> {
  for (const encryption of ENCRYPTIONS) {
    const object = { Bucket: bucket, Key: keyOf(owner, encryption) };
    const upload = { Bucket: bucket, Key: `${nameOf(owner)}/${encryption}-for-${nameOf(other)}` };
    const copy = { Bucket: bucket, Key: `${nameOf(other)}/${encryption}-copy` };
    const from = { CopySource: `${bucket}/${keyOf(owner, encryption)}`, ...copying(encryption) };
    const target = stored(encryption);
    const wanted = { target: asked(encryption), but: "forbidden" };
    const found = { target, but: "forbidden" };
    const begun = await owner.send(
      { interface: "InitiateMultipartUpload", target: asked(encryption) },
      new CreateMultipartUploadCommand({ ...upload, ...asking(encryption) }),
    );
    const part = { ...upload, UploadId: begun.uploadId, PartNumber: 1, ...opening(encryption) };
    const { etag } = await owner.send(
      { interface: "UploadPart", target },
      new UploadPartCommand({ ...part, Body: CONTENT }),
    );
    await other.send(
      { interface: "PutObject", ...wanted },
      new PutObjectCommand({ ...object, Body: CONTENT, ...asking(encryption) }),
    );
    await other.send(
      { interface: "HeadObject", ...found },
      new HeadObjectCommand({ ...object, ...opening(encryption) }),
    );
    await other.send({ interface: "GetObject", ...found }, new GetObjectCommand({ ...object, ...opening(encryption) }));
    await other.send(
      { interface: "InitiateMultipartUpload", ...wanted },
      new CreateMultipartUploadCommand({ ...upload, ...asking(encryption) }),
    );
    await other.send({ interface: "UploadPart", ...found }, new UploadPartCommand({ ...part, Body: CONTENT }));
    await other.send(
      { interface: "CompleteMultipartUpload", ...found },
      new CompleteMultipartUploadCommand({
        ...upload,
        UploadId: begun.uploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: etag }] },
      }),
    );
    await other.send(
      { interface: "CopyObject", source: target, ...wanted },
      new CopyObjectCommand({ ...copy, ...from, ...asking(encryption) }),
    );
    await other.send(
      { interface: "UploadPartCopy", source: target, ...found },
      new UploadPartCopyCommand({ ...part, ...from }),
    );
    await owner.send(
      { interface: "Other", target: UNKNOWN, but: "an abortion" },
      new AbortMultipartUploadCommand({ ...upload, UploadId: begun.uploadId }),
    );
  }
}

/** Requests whose signature the gateway rejects: one without a key, one with. */
export async function rejectedRequests(sender: Sender, bucket: string): Promise<void> {
  for (const encryption of ["none", "SSE-C"] as const) {
    await sender.send(
      { interface: "PutObject", target: asked(encryption), but: "rejected" },
      new PutObjectCommand({ Bucket: bucket, Key: keyOf(sender, encryption), Body: CONTENT, ...asking(encryption) }),
    );
  }
}
