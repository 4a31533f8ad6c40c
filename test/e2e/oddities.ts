import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { ENCRYPTIONS } from "../../lib/facts.ts";
import { asked, fieldsAsking, type Known, stored, UNKNOWN, withKey } from "./encryption.ts";
import { CONTENT, keyOf, nameOf } from "./rows.ts";
import type { Sender } from "./sent.ts";

/** Why a verdict stays open on this gateway. */
export const UNDECIDABLE = {
  form: "signature and encryption are in fields of the form, which no log of the gateway holds",
  copied:
    "gateways differ in whether they encrypt a copy as it asks (16 does not), and the log does not say which one this is; --live settles them",
} as const;

/** The gateway serves it, the object is not SSE-C, and the key is exposed. */
export const NEEDLESS_KEY = "with a key that it does not need";

const NOT_SSE_C: Known = { ...UNKNOWN, shown: ["none", "SSE-S3", "SSE-KMS"] };

/** A query may ask for encryption; the gateway hears it in headers alone. */
export async function queriesThatAskInVain(sender: Sender, bucket: string): Promise<void> {
  for (const encryption of ["SSE-KMS", "SSE-C"] as const) {
    const key = `${nameOf(sender)}/${encryption}-in-vain`;
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: CONTENT });
    put.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { query: object }).query, fieldsAsking(encryption));
        return next(args);
      },
      { step: "build" },
    );
    const but = `${encryption} in the query`;
    await sender.send({ interface: "PutObject", target: asked("none"), but }, put);
    await sender.send(
      { interface: "GetObject", target: stored("none"), but },
      new GetObjectCommand({ Bucket: bucket, Key: key }),
    );
  }
}

/** Objects that a form posts. */
export async function forms(sender: Sender, bucket: string): Promise<void> {
  for (const encryption of ENCRYPTIONS) {
    await sender.post(
      {
        interface: "PostObject",
        target: { ...UNKNOWN, really: encryption },
        shownSignatures: sender.way.signature === "none" ? ["none"] : ["V2", "V4"],
        undecidable: UNDECIDABLE.form,
      },
      bucket,
      keyOf(sender, encryption),
      fieldsAsking(encryption),
    );
  }
}

/** Over plain HTTP: reads with a key that is exposed although nobody needed it, and of copies. */
export async function oddReads(sender: Sender, bucket: string): Promise<void> {
  const object = { Bucket: bucket, Key: keyOf(sender, "none") };
  await sender.send(
    { interface: "GetObject", target: asked("SSE-C"), but: NEEDLESS_KEY },
    new GetObjectCommand({ ...object, ...withKey() }),
  );
  await sender.send(
    { interface: "GetObject", target: NOT_SSE_C, but: "of a copy", undecidable: UNDECIDABLE.copied },
    new GetObjectCommand({ Bucket: bucket, Key: `${nameOf(sender)}/none-to-SSE-KMS` }),
  );
}

/** Requests that are no interface of the tables. */
export async function otherRequests(sender: Sender, bucket: string): Promise<void> {
  await sender.send(
    { interface: "Other", target: UNKNOWN, but: "a listing" },
    new ListObjectsV2Command({ Bucket: bucket }),
  );
  await sender.send(
    { interface: "Other", target: UNKNOWN, but: "a deletion" },
    new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(sender, "SSE-S3") }),
  );
}
