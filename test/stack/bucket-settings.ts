import { asList, at } from "../infra/template.ts";
import type { BucketSettings } from "../support/s3-settings.ts";
import { type Deployed, deployed, type Stack } from "./deploy.ts";

/** What S3 tells of a bucket that is set up as the stack says. */
export function settingsOf(stack: Stack, { properties, ref }: Deployed): BucketSettings {
  const [rule] = asList(at(properties, "BucketEncryption", "ServerSideEncryptionConfiguration"));
  const algorithm = at(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm");
  const by = `<SSEAlgorithm>${algorithm}</SSEAlgorithm>`;
  const policy = deployed(stack, "AWS::S3::BucketPolicy").find((each) => each.properties["Bucket"] === ref);
  return {
    encryption: `<Rule><ApplyServerSideEncryptionByDefault>${by}</ApplyServerSideEncryptionByDefault></Rule>`,
    ...(policy && { policy: JSON.stringify(policy.properties["PolicyDocument"]) }),
  };
}
