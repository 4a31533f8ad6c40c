import type { Judgement } from "../audit.ts";
import { ASKED_FOR_NOTHING } from "../evidence/stated.ts";
import { ANY_TRANSPORT, COPY, type FactName, GET, get, HEAD, interfaceCode, OTHER, POST, PUT } from "../facts.ts";
import { isServed } from "../record.ts";
import { printable } from "../report/printable.ts";
import { capitalised, NAMES_OF, or } from "./words.ts";

/** Why a fact is open, as far as it decides what evidence would close it. */
type Gap =
  | "transport"
  | "signature"
  /** Encryption of an object that was there before the request. */
  | "read"
  /** Encryption of an object that was written whole. */
  | "written"
  /** Encryption that a write asked for which, for all that the log says, made no object. */
  | "unmade"
  /** Encryption of an upload in parts. */
  | "multipart"
  | "copy-source"
  /** As copy-source, where the log does not name the source object. */
  | "unnamed-copy-source";

const WHAT: Record<FactName, string> = {
  transport: "transport",
  signature: "signature version",
  source: "encryption of the copy's source",
  target: "encryption of the object",
};

const CLOUDTRAIL = "turn on CloudTrail data events for bucket {bucket} and audit them";
const LIVE = "ask the store with --live";
const INVENTORY = `pass an S3 Inventory of bucket {bucket} with --inventory or ${LIVE}`;
const OBS_INVENTORY = `pass an OBS inventory of bucket {bucket} with --inventory or ${LIVE}`;

const S3_ACCESS_LOG: Record<Gap, string> = {
  transport: `${CLOUDTRAIL}: they hold the TLS version of each request`,
  signature: `${CLOUDTRAIL}: they hold the signature version of each request`,
  read: INVENTORY,
  written: `${INVENTORY}, or ${CLOUDTRAIL}`,
  unmade: `${CLOUDTRAIL}: an inventory cannot tell what a write asked for that made no object`,
  multipart: `${CLOUDTRAIL}: an inventory cannot tell what an upload in parts asked for`,
  "copy-source": INVENTORY,
  "unnamed-copy-source": `audit the access log of the source's bucket as well, which names the source, and pass an S3 Inventory of that bucket with --inventory or ${LIVE}`,
};

const DEFAULT_ENCRYPTION = "state with --default-encryption what the store does with a write that asks for nothing";

const OPS_LOG_HEADERS =
  "have rgw_log_http_headers hold server_port, http_x_amz_server_side_encryption and http_x_amz_server_side_encryption_customer_algorithm";

const OPS_LOG: Record<Gap, string> = {
  transport: "have rgw_log_http_headers hold server_port and server_port_secure",
  signature: "have rgw_log_http_headers hold http_authorization",
  read: `${OPS_LOG_HEADERS}, and audit the ops log from the write of the object on, or ${LIVE}`,
  written: `${OPS_LOG_HEADERS}, and ${DEFAULT_ENCRYPTION} or ${LIVE}`,
  unmade: `${OPS_LOG_HEADERS}, and ${DEFAULT_ENCRYPTION}`,
  multipart: `${OPS_LOG_HEADERS}, and audit the ops log from the initiation of the upload on`,
  "copy-source": `${OPS_LOG_HEADERS}, and audit the ops log from the write of the source on, or ${LIVE}`,
  "unnamed-copy-source": "have rgw_log_http_headers hold http_x_amz_copy_source",
};

/** Of a gateway that logs the headers already. */
const OPS_LOG_WITH_HEADERS: Record<Gap, string> = {
  ...OPS_LOG,
  read: `audit the ops log from the write of the object on, or ${LIVE}`,
  written: `${DEFAULT_ENCRYPTION} or ${LIVE}`,
  unmade: DEFAULT_ENCRYPTION,
  multipart: "audit the ops log from the initiation of the upload on",
  "copy-source": `audit the ops log from the write of the source on, or ${LIVE}`,
};

const IN_A_FORM = "no ops log holds the fields of a form, so have the clients of bucket {bucket} upload without one";
const OPS_LOG_OF_FORMS: Record<Gap, string> = {
  ...OPS_LOG,
  signature: IN_A_FORM,
  written: IN_A_FORM,
  unmade: IN_A_FORM,
};

/** Of a write that asked for nothing, and what it made: the log holds all that it could, and only the store's default is not known. */
const OF_THE_DEFAULT: Partial<Record<Gap, string>> = {
  written: `${INVENTORY}, or ${DEFAULT_ENCRYPTION}`,
  unmade: DEFAULT_ENCRYPTION,
  read: `${DEFAULT_ENCRYPTION} or ${LIVE}`,
  multipart: DEFAULT_ENCRYPTION,
  "copy-source": `${DEFAULT_ENCRYPTION} or ${LIVE}`,
};

/** How to get the evidence, by source: the second half of a sentence. `{bucket}` stands for the bucket it is about. */
const HOW: Record<string, Record<Gap, string>> = {
  "s3-access-log": S3_ACCESS_LOG,
  "s3-access-log-proxied": {
    ...S3_ACCESS_LOG,
    transport:
      "the store sees no more than its proxy lets through, so have the proxy of bucket {bucket} refuse plain HTTP",
  },
  cloudtrail: {
    transport: "audit the S3 server access log of bucket {bucket} as well: it holds the cipher suite of each request",
    signature: "audit the S3 server access log of bucket {bucket} as well: it holds the signature version",
    read: INVENTORY,
    written: INVENTORY,
    unmade: "no log or inventory holds what this write asked for, and it made no object",
    multipart: "audit the log objects as well that hold the initiation of the upload",
    "copy-source": INVENTORY,
    "unnamed-copy-source": `pass an S3 Inventory of the source's bucket with --inventory or ${LIVE}`,
  },
  "obs-access-log": {
    transport:
      "no OBS log holds it, so deny plain HTTP in the policy of bucket {bucket}, and requests of this kind are not served",
    signature:
      "OBS access logs hold it for presigned requests only, so have the clients of bucket {bucket} sign with V4",
    read: OBS_INVENTORY,
    written: OBS_INVENTORY,
    unmade: "no OBS log or inventory holds what a write asked for that made no object",
    multipart: "no OBS log or inventory holds what an upload in parts asked for",
    "copy-source": OBS_INVENTORY,
    "unnamed-copy-source": `audit the access log of the source's bucket as well, which names the source, and pass an OBS inventory of that bucket with --inventory or ${LIVE}`,
  },
  "ceph-ops-log": OPS_LOG,
};

/** What is missing to know a fact. */
export interface MissingEvidence {
  fact: FactName;
  /** What is not known and how to get the evidence, for people. */
  sentence: string;
  /** How to get it, as half a sentence. */
  how: string;
}

export function missingEvidence(judgement: Judgement, fact: FactName, sourceId: string): MissingEvidence {
  const gap = gapOf(judgement, fact);
  const bucket = (gap === "copy-source" && judgement.record.copySource?.bucket) || judgement.record.bucket;
  const ways = (askedForNothing(judgement, fact) && OF_THE_DEFAULT[gap]) || waysOf(judgement, sourceId)[gap];
  const how = ways.replaceAll("{bucket}", () => printable(bucket));
  const values = or(NAMES_OF[fact](get(judgement.facts, fact)));
  return { fact, how, sentence: `The ${WHAT[fact]} is not known (${values}). ${capitalised(how)}.` };
}

function askedForNothing({ record, evidence }: Judgement, fact: FactName): boolean {
  if (record.unasked?.includes(fact)) return true;
  return evidence.some((narrowing) => narrowing.fact === fact && narrowing.by === ASKED_FOR_NOTHING);
}

function waysOf({ record }: Judgement, sourceId: string): Record<Gap, string> {
  if (sourceId !== "ceph-ops-log") return HOW[sourceId] ?? S3_ACCESS_LOG;
  if (interfaceCode(record.facts) === POST) return OPS_LOG_OF_FORMS;
  // The transport is known exactly where the headers are logged.
  return get(record.facts, "transport") === ANY_TRANSPORT ? OPS_LOG : OPS_LOG_WITH_HEADERS;
}

function gapOf({ record, facts }: Judgement, fact: FactName): Gap {
  if (fact === "transport" || fact === "signature") return fact;
  if (fact === "source") return record.copySource === null ? "unnamed-copy-source" : "copy-source";
  switch (interfaceCode(facts)) {
    case PUT:
    case POST:
    case COPY:
      return isServed(record) ? "written" : "unmade";
    case HEAD:
    case GET:
    case OTHER:
      return "read";
    default:
      return "multipart";
  }
}
