import { isIP } from "node:net";
import { copySourceObject } from "../../../lib/evidence/copy-source.ts";
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

interface PlainRequest {
  line: number;
  time: number;
  code: string;
  name: string;
  requestId: string;
  facts: number;
  speaksOfTarget: boolean;
  speaksOfSource: boolean;
  failed: number;
  bucket: string | null;
  key: string | null;
  versionId: string | null;
  madeVersion: string | null;
  uploadId: string | null;
  givenUploadId: string | null;
  source: ObjectVersion | null;
}

/** Reads events that JSON.parse has read: one question after the other, each asked of all events, as the specification puts it. */
export function readPlainly(events: readonly Json[], options: ReaderOptions = {}): PlainRead {
  const read: PlainRead = { records: [], malformed: [], passedOver: 0 };
  const requests = requestsOf(events, read);
  for (const request of requests) request.facts = withInitiates(request, requests);
  // What a request finds hangs on what others wrote, and none of that on what they found.
  for (const request of requests) request.facts = withWrites(request, requests);
  for (const { time, facts, line, requestId, code, key, source } of requests) {
    if (time < (options.since ?? -Infinity) || time >= (options.until ?? Infinity)) read.passedOver++;
    else
      read.records.push(
        `${facts} ${line} ${requestId} ${key} ${code.includes("Copy") ? (source?.bucket ?? null) : null}`,
      );
  }
  return read;
}

function settle(facts: number, fact: "source" | "target", encryption: number): number {
  const before = get(facts, fact);
  return encryption === 0 ? facts : set(facts, fact, before & encryption || before | encryption);
}

/** A part and a completion inherit from all initiates of their upload. */
function withInitiates(request: PlainRequest, requests: PlainRequest[]): number {
  const { code, bucket, key, uploadId, facts } = request;
  if (!["UploadPart", "UploadPartCopy", "CompleteMultipartUpload"].includes(code)) return facts;
  if (bucket === null || key === null || uploadId === null) return facts;
  const initiates = requests.filter(
    (one) =>
      one.code === "InitiateMultipartUpload" &&
      !isRefused(one) &&
      one.bucket === bucket &&
      one.key === key &&
      one.givenUploadId === uploadId,
  );
  return settle(
    facts,
    "target",
    initiates.reduce((all, one) => all | get(one.facts, "target"), 0),
  );
}

/** A read, and a copy of its source, find what the last write of the seconds before made. */
function withWrites(request: PlainRequest, requests: PlainRequest[]): number {
  const { code, bucket, key, versionId, facts, failed } = request;
  if (["GetObject", "HeadObject"].includes(code) && !request.speaksOfTarget && failed !== 404) {
    if (bucket === null || key === null) return facts;
    return settle(facts, "target", encryptionOf({ bucket, key, versionId }, request, requests));
  }
  if (["CopyObject", "UploadPartCopy"].includes(code) && !request.speaksOfSource && request.source !== null)
    return settle(facts, "source", encryptionOf(request.source, request, requests));
  return facts;
}

/** 0 where nothing is known. */
function encryptionOf({ bucket, key, versionId }: ObjectVersion, reader: PlainRequest, all: PlainRequest[]): number {
  const changing = all.filter((one) => !isRefused(one) && changes(one.code, one.name));
  const ofIt = changing.filter((one) => mayBeOf(one, bucket, key));
  const made = ofIt.filter((one) => isNamedPlainly(one) && one.code !== "Other" && one.failed < 500);
  const other = ofIt.filter((one) => !made.includes(one));
  const union = (writes: PlainRequest[]) => writes.reduce((bits, one) => bits | get(one.facts, "target"), 0);

  if (versionId !== null) {
    const making = versionId === "null" ? [] : made.filter(({ madeVersion }) => madeVersion === versionId);
    const last = making.at(-1);
    const isChanged = other.some(
      (one) =>
        (one.code === "Other" ? !one.name.startsWith("Delete") : !isNamedPlainly(one)) &&
        one.time >= (last?.time ?? 0) &&
        one.time <= reader.time,
    );
    return isChanged ? 0 : union(making);
  }
  const here = ofIt.filter((one) => one.time === reader.time);
  const isCopyOntoItself =
    reader.code === "CopyObject" && here.every(({ requestId }) => requestId === reader.requestId);
  if (here.length > 0 && !(isCopyOntoItself && here.every((one) => made.includes(one)))) return 0;
  const before = ofIt.filter((one) => one.time < reader.time);
  const last = Math.max(...before.map(({ time }) => time));
  const newest = before.filter(({ time }) => time === last);
  return newest.every((one) => made.includes(one)) ? union(newest) : 0;
}

function isRefused({ failed }: PlainRequest): boolean {
  return failed >= 400 && failed < 500;
}

function isElsewhere(bucket: string | null): boolean {
  return bucket === null || /[:/]|-s3alias$/.test(bucket);
}

function isNamedPlainly({ bucket, key }: PlainRequest): boolean {
  return !isElsewhere(bucket) && key !== null;
}

function mayBeOf(one: PlainRequest, bucket: string, key: string): boolean {
  return isElsewhere(one.bucket) || (one.bucket === bucket && (one.key === null || one.key === key));
}

function requestsOf(events: readonly Json[], read: PlainRead): PlainRequest[] {
  const requests: PlainRequest[] = [];
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
    const header = only(event, "requestParameters", "x-amz-copy-source");
    const source = header === null ? null : copySourceObject(header);
    const uploadId = only(event, "requestParameters", "uploadId");

    const ownTarget = targetOf(event, code);
    const ownSource =
      said(event, "requestParameters", "x-amz-copy-source-server-side-encryption-customer-algorithm").length > 0
        ? ["SSE-C"]
        : [];
    requests.push({
      line: i + 1,
      time,
      code,
      name,
      requestId: only(event, "requestID") ?? only(event, "eventID") ?? "",
      facts: pack(
        INTERFACES.indexOf(code as (typeof INTERFACES)[number]),
        bits(TRANSPORTS, transportOf(event)),
        bits(SIGNATURES, signatureOf(event)),
        bits(ENCRYPTIONS, ownSource.length > 0 ? ownSource : ALL),
        bits(ENCRYPTIONS, ownTarget.length > 0 ? ownTarget : ALL),
      ),
      speaksOfTarget: ownTarget.length > 0,
      speaksOfSource: ownSource.length > 0,
      failed,
      bucket,
      key,
      versionId: only(event, "requestParameters", "versionId"),
      madeVersion: only(event, "responseElements", "x-amz-version-id"),
      uploadId,
      givenUploadId: only(event, "responseElements", "uploadId"),
      source,
    });
  }
  return requests;
}

function changes(code: string, name: string): boolean {
  if (["PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload"].includes(code)) return true;
  return code === "Other" && ["DeleteObject", "DeleteObjects", "UpdateObjectEncryption", "-"].includes(name);
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
