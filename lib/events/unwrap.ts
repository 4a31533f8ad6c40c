/** An object that landed in a bucket, as its event tells it; `null` where the event says nothing. */
export interface LandedObject {
  bucket: string;
  /** Decoded. */
  key: string;
  /** Without quotes. */
  etag: string | null;
  versionId: string | null;
  /** In bytes. */
  size: number | null;
  /** When it landed, ms since 1970. */
  time: number | null;
}

export interface Unwrapped {
  landed: LandedObject[];
  /** Why the rest asks for no work, one sentence each. */
  ignored: string[];
}

const EXPECTED =
  "expected an S3 notification or an EventBridge event of S3, as it is or wrapped by SNS; look at what sends to this queue";

/**
 * The objects that a queue's message tells of. Shapes:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 * @throws an Error for a message of any other shape: what is not understood must not be taken as done
 */
export function unwrap(body: string): Unwrapped {
  const event = parse(body);
  const { Type, Message, Event, source, Records } = event;
  if (Type === "Notification") return unwrap(text(Message));
  if (Event === "s3:TestEvent") return { landed: [], ignored: ["it is the test event of a new notification"] };
  if (source === "aws.s3") return fromEventBridge(event);
  if (Array.isArray(Records) && Records.length > 0) return together(Records.map(fromS3));
  throw unknown();
}

function fromEventBridge({ "detail-type": type, detail, time }: Fields): Unwrapped {
  if (type !== "Object Created") return ignored(text(type));
  const { bucket, object } = fields(detail);
  const { name } = fields(bucket);
  const { key, etag, "version-id": versionId, size } = fields(object);
  return landed({
    bucket: text(name),
    key: text(key),
    etag: textOrNull(etag),
    versionId: textOrNull(versionId),
    size: numberOrNull(size),
    time: timeOrNull(time),
  });
}

function fromS3(record: unknown): Unwrapped {
  const { eventName, eventTime, s3 } = fields(record);
  // MinIO and older Ceph name events as they are subscribed to: s3:ObjectCreated:Put.
  const type = text(eventName).replace(/^s3:/, "");
  if (!type.startsWith("ObjectCreated:")) return ignored(type);
  const { bucket, object } = fields(s3);
  const { name } = fields(bucket);
  const { key, eTag, versionId, size } = fields(object);
  return landed({
    bucket: text(name),
    key: decodeKey(text(key)),
    etag: textOrNull(eTag),
    versionId: textOrNull(versionId),
    size: numberOrNull(size),
    time: timeOrNull(eventTime),
  });
}

/** S3 notifications write keys as forms are written, EventBridge as they are. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch (error) {
    throw unknown(error);
  }
}

function landed(object: LandedObject): Unwrapped {
  return { landed: [object], ignored: [] };
}

function ignored(type: string): Unwrapped {
  return { landed: [], ignored: [`${JSON.stringify(type)} is no event of a new object`] };
}

function together(all: Unwrapped[]): Unwrapped {
  return { landed: all.flatMap(({ landed }) => landed), ignored: all.flatMap(({ ignored }) => ignored) };
}

type Fields = Record<string, unknown>;

function parse(json: string): Fields {
  try {
    return fields(JSON.parse(json));
  } catch (error) {
    throw unknown(error);
  }
}

function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw unknown();
  return value as Fields;
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "") throw unknown();
  return value;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function timeOrNull(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function unknown(cause?: unknown): Error {
  return new Error(`the message is no event of an object: ${EXPECTED}`, { cause });
}
