import {
  type Authorization,
  type Details,
  type Entry,
  HEADER_NAMES,
  type LoggedHeaders,
  REQUEST_LINE,
} from "./entry.ts";

/** The fields that are read. */
type Name =
  | "bucket"
  | "time"
  | "total_time"
  | "user"
  | "operation"
  | "uri"
  | "http_status"
  | "trans_id"
  | "remote_addr"
  | "error_code"
  | "user_agent"
  | "referrer"
  | "http_x_headers";
type Fields = { [name in Name]?: unknown };

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const STATUS = /^[1-5]\d\d$/;

/** Reads any line of the format; for others says what is wrong, as a clause. */
export function parseEntry(line: string): (Entry & Details) | string {
  const fields = parsed(line);
  if (fields === null) return "the line is not a JSON object";
  const faulty = CHECKS.find(([name, isGood]) => !isGood(fields[name]));
  if (faulty) return `"${faulty[0]}" is not ${faulty[2]}`;
  const headers = headersIn(fields.http_x_headers);
  if (headers === null) return `"http_x_headers" is not an array of objects with one string each`;
  return {
    bucket: fields.bucket as string,
    time: timeOf(fields.time as string),
    totalTime: (fields.total_time as number | undefined) ?? 0,
    user: fields.user as string,
    operation: fields.operation as string,
    uri: fields.uri as string,
    status: Number(fields.http_status),
    requestId: fields.trans_id as string,
    headers,
    remoteIp: textOrNull(fields.remote_addr),
    errorCode: textOrNull(fields.error_code),
    userAgent: textOrNull(fields.user_agent),
    referer: textOrNull(fields.referrer),
  };
}

const CHECKS: readonly (readonly [name: Name, isGood: (value: unknown) => boolean, what: string])[] = [
  ["bucket", isText, "a string"],
  ["time", (value) => isText(value) && !Number.isNaN(timeOf(value)), "a time like 2026-11-22T19:12:36.209169Z"],
  ["total_time", (value) => value === undefined || Number.isFinite(value), "a number of milliseconds"],
  ["user", isText, "a string"],
  ["operation", isFilled, "an operation like put_obj"],
  ["uri", (value) => isText(value) && REQUEST_LINE.test(value), "a request line like PUT /bucket/key HTTP/1.1"],
  ["http_status", (value) => STATUS.test(String(value)) && !Array.isArray(value), 'a status like "200"'],
  ["trans_id", isFilled, "a request id"],
  ["remote_addr", isTextOrMissing, "a string"],
  ["error_code", isTextOrMissing, "a string"],
  ["user_agent", isTextOrMissing, "a string"],
  ["referrer", isTextOrMissing, "a string"],
];

function parsed(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** In ms since 1970, the rest cut off; NaN if it is no such time. */
export function timeOf(text: string): number {
  return TIME.test(text) ? Date.parse(text.replace(" ", "T")) : Number.NaN;
}

function headersIn(value: unknown): LoggedHeaders | null {
  const sent = new Map<string, string>();
  const list = value === undefined ? [] : value;
  if (!Array.isArray(list)) return null;
  for (const header of list) {
    const [entry, another] = isObject(header) ? Object.entries(header) : [];
    if (!entry || another || !isText(entry[1])) return null;
    sent.set(entry[0], entry[1]);
  }
  const header = (name: keyof LoggedHeaders) => sent.get(HEADER_NAMES[name]) || null;
  return {
    hasServerPort: header("hasServerPort") !== null,
    hasSecurePort: header("hasSecurePort") !== null,
    authorization: authorizationOf(header("authorization")),
    host: header("host"),
    encryption: header("encryption"),
    customerAlgorithm: header("customerAlgorithm"),
    copySource: header("copySource"),
    copySourceCustomerAlgorithm: header("copySourceCustomerAlgorithm"),
  };
}

function authorizationOf(header: string | null): Authorization | null {
  if (header === null) return null;
  if (header.startsWith("AWS4-")) return "V4";
  return header.startsWith("AWS ") ? "V2" : "unknown";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFilled(value: unknown): boolean {
  return isText(value) && value !== "";
}

function isTextOrMissing(value: unknown): boolean {
  return value === undefined || isText(value);
}

function textOrNull(value: unknown): string | null {
  return (value as string | undefined) || null;
}
