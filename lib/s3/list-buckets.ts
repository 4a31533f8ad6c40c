import { type Bucket, paginateListBuckets, type S3Client } from "@aws-sdk/client-s3";

/** S3 names a bucket's region only to those who ask in pages. */
const PAGE = 1000;

/** The buckets of the account. */
export async function* listBuckets(
  client: S3Client,
  only: { Prefix?: string; BucketRegion?: string } = {},
): AsyncGenerator<Bucket> {
  for await (const { Buckets = [] } of paginateListBuckets({ client, pageSize: PAGE }, only)) yield* Buckets;
}

/** The names of those in the client's region that begin with a text. */
export async function* bucketNames(client: S3Client, beginning: string): AsyncGenerator<string> {
  const BucketRegion = await client.config.region();
  for await (const { Name } of listBuckets(client, { Prefix: beginning, BucketRegion })) yield Name!;
}
