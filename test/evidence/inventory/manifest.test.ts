import { describe, expect, it } from "vitest";
import { readManifest } from "../../../lib/evidence/inventory/manifest.ts";

const MD5 = "f11166069f1990abeb9c97ace9cdfabc";
const FILE = { key: "p/photos/daily/data/1.csv.gz", size: 120, MD5checksum: MD5 };
const JSON_MANIFEST = {
  sourceBucket: "photos",
  destinationBucket: "arn:aws:s3:::inventories",
  version: "2016-11-30",
  creationTimestamp: "1770422400000",
  fileFormat: "CSV",
  fileSchema: "Bucket, Key, LastModifiedDate, EncryptionStatus",
  files: [FILE],
};
const MANIFEST = {
  bucket: "photos",
  snapshot: 1770422400000,
  columns: ["Bucket", "Key", "LastModifiedDate", "EncryptionStatus"],
  files: [{ key: "p/photos/daily/data/1.csv.gz", size: 120, md5: MD5 }],
};
const TEXT = JSON.stringify(JSON_MANIFEST);
const variant = (fields: object) => JSON.stringify({ ...JSON_MANIFEST, ...fields });
const withFile = (fields: object) => variant({ files: [FILE, { ...FILE, ...fields }] });

describe("a manifest that can be used", () => {
  it.each<[string, text: string, expected: object]>([
    ["as S3 writes it", TEXT, {}],
    ["on many lines", JSON.stringify(JSON_MANIFEST, null, 2), {}],
    ["a number for the time", variant({ creationTimestamp: 1770422400000 }), {}],
    ["no spaces in the schema", variant({ fileSchema: "Bucket,Key,LastModifiedDate,EncryptionStatus" }), {}],
    ["trailing commas, as OBS writes them", TEXT.replace("}]}", "},\n ]\r\n,\t}"), {}],
    ["commas in strings stay", variant({ sourceBucket: 'a,}",]\\' }), { bucket: 'a,}",]\\' }],
    ["no files", variant({ files: [] }), { files: [] }],
    [
      "no size and no checksum",
      variant({ files: [{ key: "p/1.csv" }] }),
      { files: [{ key: "p/1.csv", size: null, md5: null }] },
    ],
    ["a checksum in capitals", variant({ files: [{ ...FILE, MD5checksum: MD5.toUpperCase() }] }), {}],
    [
      "dots in a key",
      variant({ files: [{ ...FILE, key: "a..b/.../c" }] }),
      { files: [{ ...MANIFEST.files[0], key: "a..b/.../c" }] },
    ],
  ])("%s", (_, text, expected) => {
    expect(readManifest(text)).toEqual({ manifest: { ...MANIFEST, ...expected }, faults: [] });
  });
});

describe("a manifest that cannot be used", () => {
  const refused = (key: string) =>
    `files[1].key ${JSON.stringify(key)} is refused: it leads out of its folder; expected one like "prefix/data/1.csv.gz"`;
  const noKey = 'files[1].key is missing; expected one like "prefix/data/1.csv.gz"';
  const noSize = "files[1].size is not a number of bytes; expected one like 1048576";
  const noMd5 = `files[1].MD5checksum is not 32 hex digits; expected one like "${MD5}"`;
  const noTime = 'creationTimestamp is not a time; expected milliseconds since 1970, like "1770422400000"';
  const noFiles = 'files is missing; expected a list like [{"key": "…/data/1.csv.gz", "size": 1, "MD5checksum": "…"}]';
  const noBucket = 'sourceBucket is missing; expected the name of the listed bucket, like "my-bucket"';
  const format = (name: string) =>
    `fileFormat is ${name}; only "CSV" can be read: set the output format of the inventory configuration to CSV ` +
    "(Destination.S3BucketDestination.Format) and use its next inventory";
  const noField = (name: string) =>
    `fileSchema has no column ${name}; turn on the optional field ${name} in the inventory configuration (OptionalFields) and use its next inventory`;
  const noColumn = (name: string) =>
    `fileSchema has no column ${name}; expected one like "Bucket, Key, VersionId, IsLatest, LastModifiedDate, EncryptionStatus"`;

  it.each<[string, text: string, faults: string[]]>([
    ["ORC", variant({ fileFormat: "ORC", fileSchema: "struct<bucket:string,key:string>" }), [format('"ORC"')]],
    ["Parquet", variant({ fileFormat: "Parquet", fileSchema: "message s3.inventory {}" }), [format('"Parquet"')]],
    ["no format", variant({ fileFormat: undefined }), [format("missing")]],
    ["no encryption", variant({ fileSchema: "Bucket, Key, LastModifiedDate" }), [noField("EncryptionStatus")]],
    ["no dates", variant({ fileSchema: "Bucket, Key, EncryptionStatus" }), [noField("LastModifiedDate")]],
    ["no key", variant({ fileSchema: "Bucket, LastModifiedDate, EncryptionStatus" }), [noColumn("Key")]],
    ["seconds", variant({ creationTimestamp: "1770422400" }), [noTime]],
    ["microseconds of a far day", variant({ creationTimestamp: 8.65e15 }), [noTime]],
    ["a fraction", variant({ creationTimestamp: 1770422400000.5 }), [noTime]],
    ["a list for the time", variant({ creationTimestamp: [1770422400000] }), [noTime]],
    ["words for the time", variant({ creationTimestamp: "2026-02-07" }), [noTime]],
    ["no bucket", variant({ sourceBucket: "" }), [noBucket]],
    ["files of another kind", variant({ files: {} }), [noFiles]],
    ["a file of another kind", variant({ files: [FILE, null] }), [noKey]],
    ["a file without a key", withFile({ key: "" }), [noKey]],
    ["a negative size", withFile({ size: -1 }), [noSize]],
    ["a size in words", withFile({ size: "120" }), [noSize]],
    ["a short checksum", withFile({ MD5checksum: "abc" }), [noMd5]],
    ["no text for a checksum", withFile({ MD5checksum: 1 }), [noMd5]],
    ["a key that climbs", withFile({ key: "../../etc/passwd" }), [refused("../../etc/passwd")]],
    ["a key that climbs later", withFile({ key: "a/../../b" }), [refused("a/../../b")]],
    ["a key that ends in a climb", withFile({ key: "a/.." }), [refused("a/..")]],
    ["a key that climbs on Windows", withFile({ key: "a\\..\\b" }), [refused("a\\..\\b")]],
    ["an absolute key", withFile({ key: "/etc/passwd" }), [refused("/etc/passwd")]],
    ["an absolute key on Windows", withFile({ key: "C:\\b" }), [refused("C:\\b")]],
    ["a share on Windows", withFile({ key: "\\\\host\\b" }), [refused("\\\\host\\b")]],
    ["a key with a NUL", withFile({ key: "a\0b" }), [refused("a\0b")]],
    ["everything at once", "{}", [noBucket, noTime, format("missing"), noFiles]],
    ["no object", "null", [noBucket, noTime, format("missing"), noFiles]],
    ["two faults in a file", withFile({ size: -1, MD5checksum: "" }), [noSize, noMd5]],
  ])("%s", (_, text, faults) => {
    expect(readManifest(text)).toEqual({ manifest: null, faults });
  });

  it.each(["", "bucket,key", '{"a": "', "{,}x", '{"a": "\\', '"\\'.repeat(100_000)])("no JSON: %.20j", (text) => {
    const { manifest, faults } = readManifest(text);
    expect(manifest).toBeNull();
    expect(faults).toEqual([expect.stringMatching(/^is not JSON \(.+\); give the path of a manifest\.json$/s)]);
  });
});
