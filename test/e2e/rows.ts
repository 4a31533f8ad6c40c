import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { ENCRYPTIONS, type Encryption } from "../../lib/facts.ts";
import { asked, asking, copying, opening, stored } from "./encryption.ts";
import type { Sender } from "./sent.ts";

export const CONTENT = "hello";

/** Begins the keys of the objects that a sender writes for itself. */
export function nameOf({ way }: Sender): string {
  return `${way.transport}-${way.signature}-${way.in}`.toLowerCase();
}

export function keyOf(sender: Sender, encryption: Encryption): string {
  return `${nameOf(sender)}/${encryption}`;
}

/** Requests that this sender may make: of every interface but forms, with every source and target encryption. */
export async function everyRequest(sender: Sender, bucket: string): Promise<void> {
  for (const encryption of ENCRYPTIONS) await writeAndRead(sender, bucket, encryption);
  for (const encryption of ENCRYPTIONS) await uploadInParts(sender, bucket, encryption);
  for (const source of ENCRYPTIONS) {
    for (const target of ENCRYPTIONS)
      await sender.send(
        { interface: "CopyObject", source: stored(source), target: asked(target) },
        new CopyObjectCommand({
          Bucket: bucket,
          Key: `${nameOf(sender)}/${source}-to-${target}`,
          CopySource: `${bucket}/${keyOf(sender, source)}`,
          ...copying(source),
          ...asking(target),
        }),
      );
  }
}

async function writeAndRead(sender: Sender, bucket: string, encryption: Encryption): Promise<void> {
  const object = { Bucket: bucket, Key: keyOf(sender, encryption) };
  const target = stored(encryption);
  await sender.send(
    { interface: "PutObject", target: asked(encryption) },
    new PutObjectCommand({ ...object, Body: CONTENT, ...asking(encryption) }),
  );
  await sender.send({ interface: "HeadObject", target }, new HeadObjectCommand({ ...object, ...opening(encryption) }));
  await sender.send({ interface: "GetObject", target }, new GetObjectCommand({ ...object, ...opening(encryption) }));
}

async function uploadInParts(sender: Sender, bucket: string, encryption: Encryption): Promise<void> {
  const object = { Bucket: bucket, Key: `${keyOf(sender, encryption)}-in-parts` };
  const target = stored(encryption);
  const begun = await sender.send(
    { interface: "InitiateMultipartUpload", target: asked(encryption) },
    new CreateMultipartUploadCommand({ ...object, ...asking(encryption) }),
  );
  const part = { ...object, UploadId: begun.uploadId, PartNumber: 1, ...opening(encryption) };
  const uploaded = await sender.send(
    { interface: "UploadPart", target },
    new UploadPartCommand({ ...part, Body: CONTENT }),
  );
  let { etag } = uploaded;
  for (const source of ENCRYPTIONS) {
    const copied = await sender.send(
      { interface: "UploadPartCopy", source: stored(source), target },
      new UploadPartCopyCommand({
        ...part,
        CopySource: `${bucket}/${keyOf(sender, source)}`,
        ...copying(source),
      }),
    );
    etag = copied.etag ?? etag;
  }
  await sender.send(
    { interface: "CompleteMultipartUpload", target },
    new CompleteMultipartUploadCommand({
      ...object,
      UploadId: begun.uploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: etag }] },
    }),
  );
  await sender.send(
    { interface: "GetObject", target, but: "uploaded in parts" },
    new GetObjectCommand({ ...object, ...opening(encryption) }),
  );
}
