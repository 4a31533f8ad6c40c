import type { Answer, Bucket } from "./s3-operations.ts";

export type SettingsOperation = "ListBuckets" | "GetBucketLogging" | "GetBucketEncryption" | "GetBucketPolicy";

/** The settings of a bucket as S3 gives them out: what is inside the root of the XML, and JSON. */
export interface BucketSettings {
  region?: string;
  logging?: string;
  encryption?: string;
  policy?: string;
}

/** Buckets per page, so that a test of a few has pages. */
const PAGE = 2;

const OPERATIONS: Record<string, SettingsOperation> = {
  logging: "GetBucketLogging",
  encryption: "GetBucketEncryption",
  policy: "GetBucketPolicy",
};

/** `null` for a request that asks for no setting. */
export function settingAsked(bucket: string, key: string, query: URLSearchParams): SettingsOperation | null {
  if (bucket === "") return "ListBuckets";
  const name = Object.keys(OPERATIONS).find((each) => query.has(each));
  return key === "" && name !== undefined ? OPERATIONS[name]! : null;
}

export function tellSetting(
  operation: SettingsOperation,
  bucket: string,
  { buckets, settings }: { buckets: Map<string, Bucket>; settings: Map<string, BucketSettings> },
  query: URLSearchParams,
): Answer {
  const { logging = "", encryption, policy } = settings.get(bucket) ?? {};
  switch (operation) {
    case "ListBuckets": {
      const after = query.get("continuation-token") ?? "";
      const prefix = query.get("prefix") ?? "";
      const asked = query.get("bucket-region");
      // A bucket of no region is wherever it is looked for.
      const isInRegion = (name: string) => (settings.get(name)?.region ?? asked) === asked || asked === null;
      const named = [...buckets.keys()].filter((name) => name.startsWith(prefix) && isInRegion(name));
      const left = named.filter((name) => name > after).sort();
      const page = left.slice(0, PAGE);
      const listed = page.map((name) => {
        const region = settings.get(name)?.region;
        return `<Bucket><Name>${name}</Name>${region ? `<BucketRegion>${region}</BucketRegion>` : ""}</Bucket>`;
      });
      const more = page.length < left.length ? `<ContinuationToken>${page.at(-1)}</ContinuationToken>` : "";
      return told(`<ListAllMyBucketsResult><Buckets>${listed.join("")}</Buckets>${more}</ListAllMyBucketsResult>`);
    }
    case "GetBucketLogging":
      return told(`<BucketLoggingStatus>${logging}</BucketLoggingStatus>`);
    case "GetBucketEncryption":
      if (encryption === undefined) return { status: 404, code: "ServerSideEncryptionConfigurationNotFoundError" };
      return told(`<ServerSideEncryptionConfiguration>${encryption}</ServerSideEncryptionConfiguration>`);
    case "GetBucketPolicy":
      return policy === undefined ? { status: 404, code: "NoSuchBucketPolicy" } : told(policy);
  }
}

function told(body: string): Answer {
  return { status: 200, body: Buffer.from(body), headers: { "Content-Type": "application/xml" } };
}
