/**
 * Fields of an access log record, in the order of the log. Source: Amazon S3 User Guide, "Amazon S3 server access log
 * format". A record is 18 or 24 to 27 fields wide, wider in time; nothing after the TLS version (24th) bears on a verdict.
 */
export const OWNER = 0;
export const BUCKET = 1;
export const TIME = 2;
export const REMOTE_IP = 3;
export const REQUESTER = 4;
export const REQUEST_ID = 5;
export const OPERATION = 6;
export const KEY = 7;
export const URI = 8;
export const STATUS = 9;
export const ERROR_CODE = 10;
export const BYTES_SENT = 11;
export const OBJECT_SIZE = 12;
export const TOTAL_TIME = 13;
export const TURN_AROUND = 14;
export const REFERER = 15;
export const USER_AGENT = 16;
export const VERSION_ID = 17;
export const HOST_ID = 18;
export const SIGNATURE = 19;
export const CIPHER = 20;
export const AUTH_TYPE = 21;
export const HOST = 22;
export const TLS_VERSION = 23;
export const FIELDS = 24;

/**
 * Where the fields of one line stand: `start[i]` to `end[i]`, quotes excluded. A field that the line is too old to have
 * has start -1.
 */
export interface Fields {
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export function createFields(): Fields {
  return { start: new Int32Array(FIELDS), end: new Int32Array(FIELDS) };
}

export function has(fields: Fields, field: number): boolean {
  return fields.start[field] !== -1;
}

/** The field is there and is a bare `-` (or a quoted one): S3 had nothing to write. */
export function isDash(bytes: Uint8Array, fields: Fields, field: number): boolean {
  const start = fields.start[field]!;
  return start !== -1 && fields.end[field] === start + 1 && bytes[start] === 0x2d;
}

export function place(fields: Fields, field: number, from: number, to: number): void {
  fields.start[field] = from;
  fields.end[field] = to;
}
