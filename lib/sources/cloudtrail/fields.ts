/**
 * The members of an event that are read, by their path: `eventName` is the event's own, `tlsDetails.tlsVersion` one of an
 * object's in it. Nothing deeper is ever looked at. The case of keys varies between events (`Key` and `key`), so it counts
 * for nothing.
 */
export type Field = number;

const paths: string[] = [];
const field = (path: string): Field => paths.push(path) - 1;

export const EVENT_SOURCE = field("eventSource");
export const EVENT_NAME = field("eventName");
export const EVENT_TIME = field("eventTime");
export const REQUEST_ID = field("requestID");
export const ERROR_CODE = field("errorCode");

export const BUCKET = field("requestParameters.bucketName");
export const KEY = field("requestParameters.key");
export const VERSION_ID = field("requestParameters.versionId");
export const UPLOAD_ID = field("requestParameters.uploadId");
export const ASKED_SSE = field("requestParameters.x-amz-server-side-encryption");
export const ASKED_SSE_C = field("requestParameters.x-amz-server-side-encryption-customer-algorithm");
export const COPY_SOURCE = field("requestParameters.x-amz-copy-source");
export const COPY_SOURCE_SSE_C = field("requestParameters.x-amz-copy-source-server-side-encryption-customer-algorithm");

export const STORED_SSE = field("responseElements.x-amz-server-side-encryption");
export const STORED_SSE_C = field("responseElements.x-amz-server-side-encryption-customer-algorithm");
export const STORED_VERSION_ID = field("responseElements.x-amz-version-id");
export const GIVEN_UPLOAD_ID = field("responseElements.uploadId");

export const SIGNATURE_VERSION = field("additionalEventData.SignatureVersion");
export const CIPHER_SUITE = field("additionalEventData.CipherSuite");
export const SSE_APPLIED = field("additionalEventData.SSEApplied");

export const TLS_VERSION = field("tlsDetails.tlsVersion");
export const TLS_CIPHER_SUITE = field("tlsDetails.cipherSuite");

/** From here on, members that hardly a compliant event is asked for. */
export const FIRST_RARE: Field = paths.length;
export const EVENT_ID = field("eventID");
export const SOURCE_IP = field("sourceIPAddress");
export const USER_AGENT = field("userAgent");
export const RESOURCES = field("resources");
/** EventBridge's wrapper holds the event here. */
export const DETAIL = field("detail");
export const IDENTITY_TYPE = field("userIdentity.type");
export const ACCOUNT_ID = field("userIdentity.accountId");
export const PRINCIPAL_ID = field("userIdentity.principalId");
export const ARN = field("userIdentity.arn");
export const INVOKED_BY = field("userIdentity.invokedBy");
export const HOST = field("requestParameters.Host");
export const AUTHENTICATION_METHOD = field("additionalEventData.AuthenticationMethod");
export const TLS_HOST = field("tlsDetails.clientProvidedHostHeader");

export const FIELDS = paths.length;

/** The keys that one object may hold: from a key's length and fourth-last letter to its number; 0 is no key. */
export type Keys = Uint8Array;

/** Of the paths' keys, in bytes. */
const SHORTEST_KEY = 3;
const LONGEST_KEY = 63;
const createKeys = (): Keys => new Uint8Array((LONGEST_KEY + 1) << 5);
export const NO_KEYS = createKeys();

/** By a key's number: the first of its words below, its field (-1 for an object whose members are wanted), those members. */
const firstWord: number[] = [0];
const fields: Field[] = [-1];
const members: Keys[] = [NO_KEYS];
/** The keys' text, four letters a word; the last word of a key ends with it, and may overlap the one before. */
const words: number[] = [];
/** Makes letters lower case, and no two bytes of the keys' alphabet the same. */
const LOWER = 0x20202020;

export const USUAL_KEYS = keysOf(FIRST_RARE);
export const ALL_KEYS = keysOf(FIELDS);

function keysOf(count: number): Keys {
  const keys = createKeys();
  for (const [id, path] of paths.slice(0, count).entries()) {
    const [first, second] = path.split(".") as [string, string?];
    if (second === undefined) add(keys, first, id);
    else add(membersUnder(find(keys, ...quoted(first)) || add(keys, first, -1)), second, id);
  }
  return keys;
}

/** The field that a key stands for, or -1. */
export function fieldOf(key: number): Field {
  return fields[key]!;
}

/** What the object under a key may hold. */
export function membersUnder(key: number): Keys {
  return members[key]!;
}

/** The number of the wanted key between two quotes, whatever its case; 0 for any other. */
export function find(keys: Keys, view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < SHORTEST_KEY || length > LONGEST_KEY) return 0;
  const last = view.getInt32(end - 4, true) | LOWER;
  const key = keys[(length << 5) | (last & 0x1f)]!;
  if (key === 0) return 0;
  let word = firstWord[key]!;
  for (let at = start; at < end - 4; at += 4) if ((view.getInt32(at, true) | LOWER) !== words[word++]) return 0;
  return last === words[word] ? key : 0;
}

/** No two keys of one object have the same length and fourth-last letter, which a test makes sure of. */
function add(keys: Keys, text: string, field: Field): number {
  const [view, start, end] = quoted(text);
  const key = firstWord.push(words.length) - 1;
  for (let at = start; at < end - 4; at += 4) words.push(view.getInt32(at, true) | LOWER);
  const last = view.getInt32(end - 4, true) | LOWER;
  words.push(last);
  fields.push(field);
  members.push(field < 0 ? createKeys() : NO_KEYS);
  keys[(text.length << 5) | (last & 0x1f)] = key;
  return key;
}

/** As {@link find} takes it: a key of three letters is compared with the quote before it. */
export function quoted(text: string): [DataView, number, number] {
  const bytes = Buffer.from(`"""${text}"`);
  return [new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 3, bytes.length - 1];
}
