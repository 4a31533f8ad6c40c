import { copySourceObject } from "../../evidence/copy-source.ts";
import { decodeOnce } from "../../evidence/percent.ts";
import { COMPLETE, COPY, GET, HEAD, INITIATE, isCopy, OTHER, PART, PART_COPY, POST, PUT } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import type { Entry } from "./entry.ts";

/** What an entry asked the gateway to do. */
export interface Request {
  entry: Entry;
  /** Code of the interface. */
  code: number;
  method: string;
  parameters: Parameters;
  /** Of the gateway's other API, whose requests are signed with tokens, and which no table covers. */
  isSwift: boolean;
  /** The object's key, decoded; `null` where there is none, or where the line does not show it. */
  key: string | null;
  /** Whether the key is certain enough to recognise the object by it. */
  isKeyCertain: boolean;
  versionId: string | null;
  uploadId: string | null;
  /** The object that a copy reads. */
  copySource: ObjectVersion | null;
  /** Whether the gateway logs what shows transport, signature and encryption: then what is not there was not sent. */
  isLoggedInFull: boolean;
  /** 2xx. A 304 is not: it is sent before anybody looks at the encryption. */
  isServed: boolean;
}

export type Parameters = ReadonlyMap<string, string>;

/** Where gateways answer the Swift API, unless set otherwise. */
const SWIFT = "/swift/";
const HOST_ENDS = new Set(["", ".", ":"]);
const NO_PARAMETERS: Parameters = new Map();

export function requestOf(entry: Entry): Request {
  const { uri, status, headers } = entry;
  const start = uri.indexOf(" ");
  const protocol = uri.lastIndexOf(" HTTP/");
  const end = protocol > start ? protocol : uri.length;
  const mark = uri.indexOf("?", start);
  const hasQuery = mark >= 0 && mark < end;
  const method = uri.slice(0, start);
  const parameters = hasQuery ? parametersOf(once(uri.slice(mark + 1, end))) : NO_PARAMETERS;
  const isLoggedInFull = headers.hasServerPort;
  const object = objectOf(entry, uri.slice(start + 1, hasQuery ? mark : end), isLoggedInFull);
  const code = object.isSwift ? OTHER : interfaceOf(entry, method, parameters);
  return {
    entry,
    code,
    method,
    parameters,
    isSwift: object.isSwift,
    // A form POST holds its key in the form.
    key: code === POST ? null : object.key,
    isKeyCertain: object.isCertain,
    versionId: parameters.get("versionId") || null,
    uploadId: parameters.get("uploadId") || null,
    copySource: isCopy(code) ? copySourceOf(entry) : null,
    isLoggedInFull,
    isServed: status >= 200 && status < 300,
  };
}

function interfaceOf({ operation, headers }: Entry, method: string, parameters: Parameters): number {
  switch (operation) {
    case "put_obj":
      // Without an upload id it is a copy whose source was written so that the gateway took it for that of a part.
      if (parameters.get("uploadId")) return headers.copySource === null ? PART : PART_COPY;
      return headers.copySource === null ? PUT : COPY;
    case "get_obj":
      if (method === "HEAD") return HEAD;
      // S3 Select is a POST.
      return method === "GET" ? GET : OTHER;
    case "copy_obj":
      return COPY;
    case "init_multipart":
      return INITIATE;
    case "complete_multipart":
      return COMPLETE;
    case "post_obj":
      return POST;
    default:
      return OTHER;
  }
}

/** The query may have been logged twice: `a=b?a=b`. */
function once(query: string): string {
  const half = query.length >> 1;
  const isTwice = query[half] === "?" && query.slice(0, half) === query.slice(half + 1);
  return isTwice ? query.slice(0, half) : query;
}

/** As the gateway reads them, so that nothing else passes for them: the last of a name counts, and case matters but in `X-Amz-`. */
function parametersOf(query: string): Parameters {
  const parameters = new Map<string, string>();
  for (const part of query.split("&")) {
    const text = decodeOnce(part) ?? part;
    const end = text.indexOf("=");
    const name = end < 0 ? text : text.slice(0, end);
    parameters.set(name.includes("X-Amz-") ? name.toLowerCase() : name, end < 0 ? "" : text.slice(end + 1));
  }
  return parameters;
}

/** A bucket that is named without its tenant is of the requester's, `tenant$user`. */
function copySourceOf({ headers, user }: Entry): ObjectVersion | null {
  const object = headers.copySource === null ? null : copySourceObject(headers.copySource);
  const end = user.indexOf("$");
  return object && end > 0 ? { ...object, bucket: `${user.slice(0, end)}/${object.bucket}` } : object;
}

interface Addressed {
  key: string | null;
  isCertain: boolean;
  isSwift: boolean;
}

/** `bucket.host/key` or `host/bucket/key`. */
function objectOf({ bucket, headers }: Entry, path: string, isLoggedInFull: boolean): Addressed {
  const { host } = headers;
  const name = bucket.slice(bucket.indexOf("/") + 1);
  const isInHost = (host?.startsWith(name) && HOST_ENDS.has(host.charAt(name.length))) ?? false;
  const keyStart = startOfKey(path, bucket, name);
  // Where headers are logged in full and there is no host, the client sent none.
  const isHostKnown = host !== null || isLoggedInFull;
  if (keyStart > 0 && !isInHost) return { key: keyOf(path, keyStart), isCertain: isHostKnown, isSwift: false };
  if (isInHost || !isHostKnown) return { key: keyOf(path, 1), isCertain: isInHost && keyStart === 0, isSwift: false };
  return { key: null, isCertain: false, isSwift: path.startsWith(SWIFT) };
}

/** Where the key begins in `/bucket/key`; 0 if the path begins with something else. */
function startOfKey(path: string, bucket: string, name: string): number {
  const slash = path.indexOf("/", 1);
  const end = slash < 0 ? path.length : slash;
  if (end === name.length + 1 && path.startsWith(name, 1)) return end + 1;
  const first = decodedPath(path.slice(1, end));
  // The bucket of a tenant is logged as `tenant/bucket`, and named `tenant:bucket` by others than the tenant's users.
  return first === name || first === bucket.replace("/", ":") ? end + 1 : 0;
}

function keyOf(path: string, start: number): string | null {
  return decodedPath(path.slice(start)) || null;
}

/** In a path a `+` is a plus. */
function decodedPath(path: string): string | null {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
