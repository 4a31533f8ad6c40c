import { isIP } from "node:net";
import { copySourceObject } from "../../../lib/evidence/copy-source.ts";
import { createEarlierWrites, type Write } from "../../../lib/evidence/earlier-writes.ts";
import { ENCRYPTIONS, get, INTERFACES, pack, SIGNATURES, set, TRANSPORTS } from "../../../lib/facts.ts";
import type { ObjectVersion } from "../../../lib/record.ts";
import type { ReaderOptions } from "../../../lib/sources/source.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What a slow and plain reading of the specification makes of a whole log object. */
export interface PlainRead {
  /** `facts line requestId key source-bucket` of each record, in order. */
  records: string[];
  /** Lines. */
  malformed: number[];
  passedOver: number;
}

const ALL = "none|SSE-S3|SSE-KMS|SSE-C".split("|");

/** Reads events that JSON.parse has read: one thing after the other, as the specification puts it. */
export function readPlainly(events: readonly Json[], options: ReaderOptions = {}): PlainRead {
  const read: PlainRead = { records: [], malformed: [], passedOver: 0 };
  const writes = createEarlierWrites(100_000);
  let throughAccessPoint = Number.NEGATIVE_INFINITY;

  for (const [i, given] of events.entries()) {
    const event =
      member(given, "eventSource").length === 0 && isObject(inner(given, "detail")) ? inner(given, "detail") : given;
    const sources = member(event, "eventSource");
    const names = member(event, "eventName");
    const times = member(event, "eventTime");
    if (!isObject(event) || sources.length !== 1 || sources[0] === "") {
      read.malformed.push(i + 1);
      continue;
    }
    if (sources[0] !== "s3.amazonaws.com") {
      read.passedOver++;
      continue;
    }
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(times[0] ?? "") ? Date.parse(times[0]!) : Number.NaN;
    const isTime = !Number.isNaN(time) && new Date(time).toISOString() === times[0]?.replace("Z", ".000Z");
    if (names.length !== 1 || names[0] === "" || times.length !== 1 || !isTime) {
      read.malformed.push(i + 1);
      continue;
    }

    const name = names[0]!;
    const code =
      { CreateMultipartUpload: "InitiateMultipartUpload" }[name] ??
      (INTERFACES.find((known) => known === name) || "Other");
    const error = said(event, "errorCode")[0];
    const failed =
      { NoSuchKey: 404, AccessDenied: 403, InternalError: 500 }[error ?? ""] ?? (error === undefined ? 200 : 400);
    const bucket = only(event, "requestParameters", "bucketName");
    const key = only(event, "requestParameters", "key");
    const object: ObjectVersion | null =
      bucket !== null && key !== null
        ? { bucket, key, versionId: only(event, "requestParameters", "versionId") }
        : null;
    const header = only(event, "requestParameters", "x-amz-copy-source");
    const source = header === null ? null : copySourceObject(header);
    const uploadId = only(event, "requestParameters", "uploadId");

    const ownTarget = targetOf(event, code);
    const ownSource =
      said(event, "requestParameters", "x-amz-copy-source-server-side-encryption-customer-algorithm").length > 0
        ? ["SSE-C"]
        : [];
    let facts = pack(
      INTERFACES.indexOf(code as (typeof INTERFACES)[number]),
      bits(TRANSPORTS, transportOf(event)),
      bits(SIGNATURES, signatureOf(event)),
      bits(ENCRYPTIONS, ownSource.length > 0 ? ownSource : ALL),
      bits(ENCRYPTIONS, ownTarget.length > 0 ? ownTarget : ALL),
    );

    // What else proves encryption: an earlier write of the same key, or an initiate with the same upload id.
    const earlier = (of: ObjectVersion | null) => {
      const write = of && writes.of(of, time);
      return write && write.from > throughAccessPoint ? write : null;
    };
    const settle = (fact: "source" | "target", write: Write | null) => {
      if (write === null) return;
      const before = get(facts, fact);
      facts = set(facts, fact, before & write.encryption || before | write.encryption);
    };
    if (["GetObject", "HeadObject"].includes(code) && ownTarget.length === 0 && failed !== 404)
      settle("target", earlier(object));
    if (["UploadPart", "UploadPartCopy", "CompleteMultipartUpload"].includes(code) && object && uploadId !== null)
      settle("target", writes.ofUpload(object.bucket, object.key, uploadId));
    if (["CopyObject", "UploadPartCopy"].includes(code) && ownSource.length === 0) settle("source", earlier(source));

    const write: Write = {
      from: time,
      until: time + 999,
      requestId: only(event, "requestID") ?? only(event, "eventID") ?? "",
      encryption: get(facts, "target"),
    };
    const isRefused = failed >= 400 && failed < 500;
    if (code === "InitiateMultipartUpload") {
      const given = only(event, "responseElements", "uploadId");
      if (!isRefused && object && given !== null) writes.initiated({ ...object, uploadId: given }, write);
    } else if (!isRefused && changes(code, name)) {
      if (bucket === null || /[:/]|-s3alias$/.test(bucket))
        throughAccessPoint = Math.max(throughAccessPoint, write.until);
      else if (object === null) writes.deletedSome(bucket, write);
      else if (code === "Other" || failed >= 500) writes.deleted(bucket, object.key, write);
      else writes.wrote({ ...object, versionId: only(event, "responseElements", "x-amz-version-id") }, write);
    }

    if (time < (options.since ?? -Infinity) || time >= (options.until ?? Infinity)) read.passedOver++;
    else {
      const from = code.includes("Copy") ? (source?.bucket ?? null) : null;
      read.records.push(`${facts} ${i + 1} ${write.requestId} ${key} ${from}`);
    }
  }
  return read;
}

function changes(code: string, name: string): boolean {
  if (["PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload"].includes(code)) return true;
  return code === "Other" && ["DeleteObject", "DeleteObjects", "UpdateObjectEncryption"].includes(name);
}

function transportOf(event: Json): string[] {
  const versions = said(event, "tlsDetails", "tlsVersion");
  if (versions.length > 0) {
    return versions.flatMap((version) => {
      const number = version.replace(/^tlsv?/i, "");
      const known = TRANSPORTS.find((name) => name === `TLSv${number}` || name === `TLSv${number}.0`);
      return known ? [known] : TRANSPORTS.slice(1);
    });
  }
  if (said(event, "additionalEventData", "CipherSuite").length > 0) return TRANSPORTS.slice(1);
  if (said(event, "tlsDetails", "cipherSuite").length > 0) return TRANSPORTS.slice(1);
  const isByService =
    said(event, "userIdentity", "invokedBy").length > 0 ||
    member(event, "userIdentity", "type").includes("AWSService") ||
    said(event, "sourceIPAddress").some((address) => !isIP(address));
  return said(event, "additionalEventData", "SignatureVersion").length > 0 && !isByService ? ["HTTP"] : [...TRANSPORTS];
}

function signatureOf(event: Json): string[] {
  const versions = said(event, "additionalEventData", "SignatureVersion");
  if (versions.length > 0) {
    return versions.flatMap((version) => ({ SigV2: ["V2"], SigV4: ["V4"], SigV4A: ["V4"] })[version] ?? ["V2", "V4"]);
  }
  const names = [...member(event, "userIdentity", "accountId"), ...member(event, "userIdentity", "principalId")];
  const isNobody = names.some((name) => ["anonymous", "anonymous_principal"].includes(name.toLowerCase()));
  return isNobody ? ["none"] : ["V2", "V4"];
}

function targetOf(event: Json, code: string): string[] {
  const header = (value: string) =>
    ({ AES256: ["SSE-S3"], "aws:kms": ["SSE-KMS"], "aws:kms:dsse": ["SSE-KMS"] })[value] ?? ALL;
  const applied = (value: string) =>
    ({ SSE_S3: ["SSE-S3"], SSE_KMS: ["SSE-KMS"], SSE_C: ["SSE-C"], DSSE_KMS: ["SSE-KMS"] })[
      value.replace("Default_", "")
    ] ?? ALL;
  const SSE = "x-amz-server-side-encryption";
  const isChoice = ["PutObject", "PostObject", "InitiateMultipartUpload", "CopyObject"].includes(code);
  return [
    ...said(event, "additionalEventData", "SSEApplied").flatMap(applied),
    ...said(event, "responseElements", SSE).flatMap(header),
    ...(isChoice ? said(event, "requestParameters", SSE).flatMap(header) : []),
    ...said(event, "responseElements", `${SSE}-customer-algorithm`).map(() => "SSE-C"),
    ...said(event, "requestParameters", `${SSE}-customer-algorithm`).map(() => "SSE-C"),
  ];
}

function bits(names: readonly string[], chosen: readonly string[]): number {
  return names.reduce((all, name, i) => all | (chosen.includes(name) ? 1 << i : 0), 0);
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inner(value: Json, name: string): Json {
  const found = isObject(value) && Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found ? found[1] : null;
}

/** Every different value of a member, whatever the case of its name. */
function member(event: Json, ...path: string[]): string[] {
  let found: Json[] = [event];
  for (const name of path) {
    found = found.flatMap((value) =>
      isObject(value)
        ? Object.entries(value).flatMap(([key, part]) => (key.toLowerCase() === name.toLowerCase() ? [part] : []))
        : [],
    );
  }
  const flat = found.flatMap((value) => (Array.isArray(value) ? value : [value]));
  return [
    ...new Set(
      flat
        .filter((value) => value !== null)
        .map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value))),
    ),
  ];
}

function said(event: Json, ...path: string[]): string[] {
  return member(event, ...path).filter((value) => value !== "" && value !== "-");
}

function only(event: Json, ...path: string[]): string | null {
  const values = member(event, ...path);
  return values.length === 1 && values[0] !== "" ? values[0]! : null;
}
