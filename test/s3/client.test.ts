import { beforeEach, expect, test, vi } from "vitest";
import { type S3Options, s3Client } from "../../lib/s3/client.ts";
import { CREDENTIALS } from "../support/s3-server.ts";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

const ENDPOINT = "https://storage.example:9000";

test.for<[S3Options, string | undefined, string, boolean]>([
  [{}, "eu-central-1", "eu-central-1", false],
  [{ region: "eu-west-1" }, "eu-central-1", "eu-west-1", false],
  [{ endpoint: ENDPOINT }, "eu-central-1", "eu-central-1", true],
  [{ endpoint: ENDPOINT }, undefined, "us-east-1", true],
  [{ endpoint: ENDPOINT, region: "eu-west-1", forcePathStyle: false }, "eu-central-1", "eu-west-1", false],
])("%j with AWS_REGION %s", async ([options, environment, region, forcePathStyle]) => {
  vi.stubEnv("AWS_REGION", environment);
  const { config } = s3Client(options);
  expect([await config.region(), config.forcePathStyle]).toEqual([region, forcePathStyle]);
  expect((await config.endpoint?.())?.hostname).toBe(options.endpoint && "storage.example");
});

test("without a region it says how to name one", async () => {
  vi.stubEnv("AWS_REGION", undefined);
  const { findObjects } = await import("../../lib/inputs/bucket.ts");
  const { problems } = await findObjects({ client: s3Client(), bucket: "logs", prefix: "" });
  const message = "cannot be listed: no region is set; name the bucket's region with --region, or give --endpoint";
  expect(problems).toEqual([{ name: "s3://logs/", message }]);
});
