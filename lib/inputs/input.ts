/** A log object, wherever it lies. */
export interface LogInput {
  /** What people call it: its path as they gave it, or its `s3://` URI. */
  name: string;
  /** Its bucket; `local` for a file. */
  bucket: string;
  /** Its key; for a file its path below the folder that was given, or its name. */
  key: string;
  /** As stored, in bytes. */
  size: number;
  /** ms since 1970. */
  lastModified: number;
  /** Its bytes as stored. A chunk is valid until the next one is asked for. */
  open(): AsyncIterable<Buffer>;
  /** The ETag; for a file the MD5 of its bytes. */
  etag(): Promise<string>;
}

/** Something that was to be read and could not be, or not to its end. */
export interface Problem {
  name: string;
  /** What happened, what was expected and what to do. */
  message: string;
}
