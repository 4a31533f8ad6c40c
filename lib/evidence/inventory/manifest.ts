/** What a manifest says of an inventory, checked in full. */
export interface Manifest {
  /** The bucket that the inventory lists. */
  bucket: string;
  /** When the listing began, ms since 1970. */
  snapshot: number;
  columns: readonly string[];
  files: readonly ManifestFile[];
}

export interface ManifestFile {
  key: string;
  /** In bytes. */
  size: number | null;
  /** 32 hex digits, lower case. */
  md5: string | null;
}

const OPTIONAL_COLUMNS = ["LastModifiedDate", "EncryptionStatus"];
const COLUMNS = ["Bucket", "Key", ...OPTIONAL_COLUMNS];

/** S3 opened in March 2006: an earlier time is a time in other units. */
const FIRST_SNAPSHOT = Date.UTC(2006, 2);
/** The last time that a Date can hold. */
const LAST_SNAPSHOT = 8.64e15;

/** A string, ended or not, or a comma that nothing follows. Every part is tried once at a place, so this is linear. */
const STRING_OR_TRAILING_COMMA = /"(?:[^"\\]+|\\.?)*(?:"|$)|,(?=\s*[}\]])/gs;

/** Keys that could lead out of the folder that they are looked up in, here or on Windows. */
const ESCAPING_KEY = /\0|^[\\/]|^[A-Za-z]:|(?:^|[\\/])\.\.(?:[\\/]|$)/;

/** Reads the text of a `manifest.json`, as S3 and OBS write it. Lists every fault, in which case there is no manifest. */
export function readManifest(text: string): { manifest: Manifest; faults: [] } | { manifest: null; faults: string[] } {
  let json: unknown;
  try {
    // OBS leaves a comma after the last member.
    json = JSON.parse(text.replace(STRING_OR_TRAILING_COMMA, (found) => (found === "," ? "" : found)));
  } catch (error) {
    return { manifest: null, faults: [`is not JSON (${(error as Error).message}); give the path of a manifest.json`] };
  }
  const faults: string[] = [];
  const { sourceBucket, creationTimestamp, fileFormat, fileSchema, files } = membersOf(json);

  if (typeof sourceBucket !== "string" || sourceBucket === "")
    faults.push('sourceBucket is missing; expected the name of the listed bucket, like "my-bucket"');

  const snapshot = typeof creationTimestamp === "string" ? Number(creationTimestamp) : creationTimestamp;
  if (!isSnapshot(snapshot))
    faults.push('creationTimestamp is not a time; expected milliseconds since 1970, like "1770422400000"');

  const columns = typeof fileSchema === "string" ? fileSchema.split(",").map((name) => name.trim()) : [];
  if (fileFormat !== "CSV") faults.push(formatFault(fileFormat));
  else for (const name of COLUMNS) if (!columns.includes(name)) faults.push(columnFault(name));

  const listed = (Array.isArray(files) ? files : []).map(membersOf);
  if (!Array.isArray(files))
    faults.push('files is missing; expected a list like [{"key": "…/data/1.csv.gz", "size": 1, "MD5checksum": "…"}]');
  listed.forEach((file, i) => {
    faults.push(...fileFaults(file).map((fault) => `files[${i}].${fault}`));
  });

  if (faults.length > 0) return { manifest: null, faults };
  return {
    manifest: { bucket: sourceBucket as string, snapshot: snapshot as number, columns, files: listed.map(fileOf) },
    faults: [],
  };
}

function isSnapshot(time: unknown): boolean {
  return typeof time === "number" && Number.isInteger(time) && time >= FIRST_SNAPSHOT && time <= LAST_SNAPSHOT;
}

type Members = Record<
  "sourceBucket" | "creationTimestamp" | "fileFormat" | "fileSchema" | "files" | "key" | "size" | "MD5checksum",
  unknown
>;

function membersOf(json: unknown): Partial<Members> {
  return typeof json === "object" && json !== null ? json : {};
}

function formatFault(format: unknown): string {
  return (
    `fileFormat is ${JSON.stringify(format) ?? "missing"}; only "CSV" can be read: set the output format of the inventory ` +
    `configuration to CSV (Destination.S3BucketDestination.Format) and use its next inventory`
  );
}

function columnFault(name: string): string {
  const how = OPTIONAL_COLUMNS.includes(name)
    ? `turn on the optional field ${name} in the inventory configuration (OptionalFields) and use its next inventory`
    : `expected one like "Bucket, Key, VersionId, IsLatest, LastModifiedDate, EncryptionStatus"`;
  return `fileSchema has no column ${name}; ${how}`;
}

function fileFaults({ key, size, MD5checksum }: Partial<Members>): string[] {
  const faults: string[] = [];
  if (typeof key !== "string" || key === "") faults.push('key is missing; expected one like "prefix/data/1.csv.gz"');
  else if (ESCAPING_KEY.test(key))
    faults.push(
      `key ${JSON.stringify(key)} is refused: it leads out of its folder; expected one like "prefix/data/1.csv.gz"`,
    );
  if (size !== undefined && !(Number.isSafeInteger(size) && (size as number) >= 0))
    faults.push("size is not a number of bytes; expected one like 1048576");
  if (MD5checksum !== undefined && !(typeof MD5checksum === "string" && /^[0-9a-f]{32}$/i.test(MD5checksum)))
    faults.push('MD5checksum is not 32 hex digits; expected one like "f11166069f1990abeb9c97ace9cdfabc"');
  return faults;
}

function fileOf({ key, size, MD5checksum }: Partial<Members>): ManifestFile {
  return {
    key: key as string,
    size: (size as number | undefined) ?? null,
    md5: (MD5checksum as string | undefined)?.toLowerCase() ?? null,
  };
}
