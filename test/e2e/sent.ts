import type { S3Client } from "@aws-sdk/client-s3";
import type { Encryption, Interface } from "../../lib/facts.ts";
import { clientFor, type Way } from "./client.ts";
import type { Known } from "./encryption.ts";
import { postForm } from "./form.ts";
import { credentialsOf, type Lab } from "./lab.ts";

/** What the lab knows of a request before it sends it. */
export interface Claim {
  interface: Interface;
  /** Of copies only. */
  source?: Known;
  target: Known;
  /** What the log leaves possible; without it, just the signature that was sent. */
  shownSignatures?: readonly Way["signature"][];
  /** What is out of the ordinary. */
  but?: string;
  /** Why no log of this gateway can tell, where the log leaves the verdict open for good. */
  undecidable?: string;
}

/** One request that the gateway answered, and all that the lab knows of it. */
export interface Sent extends Claim {
  requestId: string;
  way: Way;
  status: number;
  /** How the object is encrypted that was read, as the gateway's answer says; `null` where it says nothing. */
  answered: Encryption | null;
}

/** What later requests of the lab need of an answer. */
export interface Answer {
  uploadId: string | undefined;
  etag: string | undefined;
}

/** One of the SDK's, whose types know no common ground. */
interface Command {
  readonly input: object;
}

interface Output {
  $metadata: { requestId?: string; httpStatusCode?: number };
  UploadId?: string;
  ETag?: string;
  CopyPartResult?: { ETag?: string };
  ServerSideEncryption?: string;
  SSECustomerAlgorithm?: string;
  Body?: { transformToByteArray(): Promise<unknown> };
}

/** Sends requests in one way, and notes each in `notes` under what is claimed of it. */
export interface Sender {
  way: Way;
  send(claim: Claim, command: Command): Promise<Answer>;
  post(claim: Claim, bucket: string, key: string, fields: Readonly<Record<string, string>>): Promise<void>;
}

/** A Referer that would make other records of this one if the gateway, or who reads its log, took it as it is. */
const FORGED =
  'x"}],"user":"anonymous"}{"bucket":"x","operation":"list_bucket","http_x_headers":[{"SERVER_PORT_SECURE":"443"}],"z":"';

export function createSender(lab: Lab, way: Way, notes: Sent[], credentials = credentialsOf(lab)): Sender {
  // By one connection, so that the log has its requests in the order of their answers.
  const client = clientFor(lab, way, credentials, 1);
  if (way.in === "query") {
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["referer"] = FORGED;
        return next(args);
      },
      { step: "build" },
    );
  }
  return {
    way,
    async send(claim, command) {
      const output = await outputOf(client, command);
      await output.Body?.transformToByteArray();
      const { requestId = "", httpStatusCode = 0 } = output.$metadata;
      if (requestId === "") throw new Error(`${describe({ ...claim, way })} was not answered`, { cause: output });
      notes.push({ ...claim, way, requestId, status: httpStatusCode, answered: encryptionOf(claim, output) });
      return { uploadId: output.UploadId, etag: output.ETag ?? output.CopyPartResult?.ETag };
    },
    async post(claim, bucket, key, fields) {
      const answer = await postForm(lab, way, credentials, { bucket, key, fields });
      notes.push({ ...claim, way, ...answer, answered: null });
    },
  };
}

/** An error of the service is an answer, too. */
function outputOf(client: S3Client, command: Command): Promise<Output> {
  return (client.send(command as never) as Promise<Output>).catch((error) => {
    if (error.$metadata) return error;
    throw error;
  });
}

function encryptionOf({ interface: name }: Claim, output: Output): Encryption | null {
  if (output instanceof Error || (name !== "GetObject" && name !== "HeadObject")) return null;
  if (output.SSECustomerAlgorithm) return "SSE-C";
  if (output.ServerSideEncryption === "AES256") return "SSE-S3";
  return output.ServerSideEncryption ? "SSE-KMS" : "none";
}

export function isServed({ status }: Sent): boolean {
  return status >= 200 && status < 300;
}

/** `CopyObject SSE-C to none, HTTP V4 query`. */
export function describe({ interface: name, source, target, but, way }: Claim & { way: Way }): string {
  const from = source ? `${source.really} to ` : "";
  const where = way.in === "nowhere" ? "" : ` ${way.in}`;
  return `${name} ${from}${target.really}${but ? `, ${but}` : ""}, ${way.transport} ${way.signature}${where}`;
}
