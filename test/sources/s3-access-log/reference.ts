/**
 * The format, word by word and slowly, with regular expressions over one character a byte: what the readers are held
 * against. A line is a record if every way to read it gives the same facts; otherwise nobody can say, and it is malformed.
 */
import { presignedSignature } from "../../../lib/evidence/presigned.ts";
import {
  type Facts,
  HTTP,
  HTTPS,
  INTERFACES,
  OFF_NETWORK,
  OTHER,
  openEncryption,
  UNSIGNED,
  V2,
  V4,
} from "../../../lib/facts.ts";

/** What S3 itself wrote, as the line spells it; `undefined` where the line is too old to have the field. */
export interface S3Fields {
  owner: string;
  bucket: string;
  time: number;
  remoteIp: string;
  requester: string;
  requestId: string;
  operation: string;
  key: string;
  uri: string;
  status: string;
  errorCode: string;
  versionId: string;
  signature: string | undefined;
  cipher: string | undefined;
  authType: string | undefined;
  host: string | undefined;
  tlsVersion: string | undefined;
}

export interface Reading {
  facts: Facts;
  fields: S3Fields;
}

/** Reads one line, its end stripped, one character a byte. `null`: malformed. */
export function readSlowly(line: string): Reading | null {
  const found = onlyOne(readings(line));
  return found === null || isPerhapsTwo(line) ? null : found;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TIME = String.raw`\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]`;
/** What S3 writes without quotes holds no space, quote or control byte; a key may be raw UTF-8. */
const TOKEN = String.raw`[!#-~\x80-\xff]+`;
const IP = "[0-9a-fA-F.:]+|-";
const OPERATION = String.raw`[A-Z0-9]+\.[A-Za-z0-9_.]+`;
const URI = String.raw`-|"-"|"[A-Za-z]+ [^ ]+ HTTP\/[A-Za-z0-9_.]+"`;
const ERROR = "[A-Za-z0-9_.]+|-";
const NUMBER = String.raw`\d+|-`;
const REQUEST = `^(${TOKEN}) (${TOKEN}) ${TIME} (${IP}) (${TOKEN}) (${TOKEN}) (${OPERATION}) (${TOKEN}) (${URI}) `;
const BEGINS_LIKE_A_RECORD = new RegExp(REQUEST);
const HEAD = new RegExp(`${REQUEST}(\\d{3}|-) (${ERROR}) (?:${NUMBER}) (?:${NUMBER}) (?:${NUMBER}) (?:${NUMBER}) `);

const OPERATIONS: Record<string, (typeof INTERFACES)[number]> = {
  "REST.PUT.OBJECT": "PutObject",
  "REST.POST.OBJECT": "PostObject",
  "REST.POST.UPLOADS": "InitiateMultipartUpload",
  "REST.HEAD.OBJECT": "HeadObject",
  "WEBSITE.HEAD.OBJECT": "HeadObject",
  "REST.GET.OBJECT": "GetObject",
  "WEBSITE.GET.OBJECT": "GetObject",
  "REST.PUT.PART": "UploadPart",
  "REST.POST.UPLOAD": "CompleteMultipartUpload",
  "REST.COPY.OBJECT": "CopyObject",
  "REST.COPY.PART": "UploadPartCopy",
};

/** The ways to read a whole line as one record. */
function readings(line: string): Reading[] {
  const head = HEAD.exec(line);
  if (head === null) return [];
  const [
    all,
    owner = "",
    bucket = "",
    day,
    month = "",
    year,
    hour,
    minute,
    second,
    sign,
    zoneHours,
    zoneMinutes,
    remoteIp = "",
    requester = "",
    requestId = "",
    operation = "",
    key = "",
    uri = "",
    status = "",
    errorCode = "",
  ] = head;
  const date = [Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute)] as const;
  const clock = new Date(Date.UTC(...date));
  const isDate =
    date[0] >= 1970 &&
    clock.getUTCFullYear() === date[0] &&
    clock.getUTCMonth() === date[1] &&
    clock.getUTCDate() === date[2] &&
    clock.getUTCHours() === date[3] &&
    clock.getUTCMinutes() === date[4];
  if (!isDate || Number(second) > 60 || Number(zoneHours) > 14 || Number(zoneMinutes) > 59) return [];
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === "-" ? -1 : 1);
  const fields = {
    owner,
    bucket,
    time: clock.getTime() + Number(second) * 1000 - zone,
    remoteIp,
    requester,
    requestId,
    operation,
    key,
    uri,
    status,
    errorCode,
  };
  return tails(line.slice(all.length), date[0]).map((tail) => {
    const read = { ...fields, ...tail };
    return { facts: factsOf(read), fields: read };
  });
}

type Tail = Pick<S3Fields, "versionId" | "signature" | "cipher" | "authType" | "host" | "tlsVersion">;

/** The ways to read what follows the turn-around time: Referer, User-Agent and the fields after them. */
function tails(rest: string, year: number): Tail[] {
  const cut = rest.lastIndexOf('"') + 1;
  const written = rest.slice(0, cut);
  const after = rest.slice(cut);
  const found: Tail[] = [];
  if (written === "" && after.startsWith("- - ")) found.push(...aligned(after.slice(4)));
  if (/^(-|".*") ".*"$/s.test(written) && after.startsWith(" ")) found.push(...aligned(after.slice(1)));
  if (/^".*"$/s.test(written) && written.length > 1 && after.startsWith(" - ")) {
    // Behind two quoted texts, what looks like the version id of an old record may be a host id that is cut short.
    const isPerhapsCut = year > 2018 && /^".*" ".*"$/s.test(written);
    const isCertain = ({ versionId, signature }: Tail) => signature !== undefined || versionId === "-" || !isPerhapsCut;
    found.push(...aligned(after.slice(3)).filter(isCertain));
  }
  return found;
}

/** The host id is one token, or a user id and base 64. */
const HOST_IDS = [TOKEN, "[A-Z0-9]{4,} [A-Za-z0-9+/=]{20,}"];
const TAILS = HOST_IDS.map(
  (hostId) =>
    new RegExp(
      `^(${TOKEN})(?: (?:${hostId}) (SigV2|SigV4|SigV4A|-) ([A-Z][A-Z0-9_-]*|-) (AuthHeader|QueryString|-) (${TOKEN}) ` +
        String.raw`(TLS[vV]\d+(?:\.\d+)?|-)(?:(?: [!#-~\x80-\xff]*)*))?$`,
    ),
);
const LATER_RECORD = new RegExp(` ${TIME}`);

function aligned(text: string): Tail[] {
  if (LATER_RECORD.test(` ${text}`)) return [];
  return TAILS.flatMap((pattern) => {
    const match = pattern.exec(text);
    if (match === null) return [];
    const [, versionId = "", signature, cipher, authType, host, tlsVersion] = match;
    return [{ versionId, signature, cipher, authType, host, tlsVersion }];
  });
}

function onlyOne(found: readonly Reading[]): Reading | null {
  const [first] = found;
  return first !== undefined && found.every(({ facts }) => facts === first.facts) ? first : null;
}

/**
 * A whole record and another one of the same owner, whole or cut short behind its request line, with or without a space
 * or control bytes between them, of which a client can write none. An odd number of quotes in the second speaks against it: a User-Agent that quotes a whole record leaves its
 * own closing quote behind.
 */
export function isPerhapsTwo(line: string): boolean {
  const owner = line.slice(0, line.indexOf(" ") + 1);
  for (let at = line.indexOf(owner, 1); at > 0; at = line.indexOf(owner, at + 1)) {
    const second = line.slice(at);
    if (second.split('"').length % 2 === 0 || !BEGINS_LIKE_A_RECORD.test(second)) continue;
    let end = at;
    while (line[end - 1]! < " " && line[end - 1] !== "\t") end--;
    if (end === at && line[at - 1] === " ") end--;
    if (readings(line.slice(0, end)).length > 0) return true;
  }
  return false;
}

function factsOf(fields: S3Fields): Facts {
  const { operation, requester, remoteIp, cipher = "-", tlsVersion = "-" } = fields;
  const isService = /^svc:|^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$|^AmazonS3$/.test(requester);
  const hasTls = cipher !== "-" || tlsVersion !== "-";
  if (
    !hasTls &&
    (operation.startsWith("S3.") || /^REST\.COPY\.(OBJECT|PART)_GET$/.test(operation) || isService || remoteIp === "-")
  )
    return openEncryption(OFF_NETWORK, 0, 0);
  const name = OPERATIONS[operation];
  return openEncryption(name ? INTERFACES.indexOf(name) : OTHER, transportOf(fields), signatureOf(fields));
}

function transportOf({ cipher, tlsVersion }: S3Fields): number {
  if (cipher === undefined || tlsVersion === undefined) return HTTP | HTTPS;
  if (tlsVersion !== "-") return { "1": 2, "1.0": 2, "1.1": 4, "1.2": 8, "1.3": 16 }[tlsVersion.slice(4)] ?? HTTPS;
  return cipher === "-" ? HTTP : HTTPS;
}

function signatureOf({ signature, requester, uri }: S3Fields): number {
  if (signature === "SigV2") return V2;
  if (signature === "SigV4" || signature === "SigV4A") return V4;
  if (requester === "-") return UNSIGNED;
  if (signature === "-") return V2 | V4;
  const presigned = presignedSignature(uri.startsWith('"') ? uri.slice(1, -1) : null);
  if (presigned === null) return V2 | V4;
  return presigned === "V2" ? V2 : V4;
}
