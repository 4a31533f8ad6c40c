import {
  asList,
  at,
  type Check,
  type Json,
  outcomes,
  resourcesOf,
  type Template,
  targetOf,
  textsOf,
} from "../template.ts";

const BLOCKS = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/** Every bucket is encrypted, closed to the public, and speaks TLS only. */
export const buckets: Check = (template) =>
  resourcesOf(template, "AWS::S3::Bucket").flatMap(([id, bucket]) => {
    const faults: string[] = [];
    const properties = bucket.Properties ?? {};
    const rules = asList(at(properties, "BucketEncryption", "ServerSideEncryptionConfiguration"));
    const algorithms = rules.flatMap((rule) => outcomes(at(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm")));
    if (algorithms.length === 0) faults.push(`${id}: not encrypted`);
    for (const block of BLOCKS) {
      if (at(properties, "PublicAccessBlockConfiguration", block) !== true) faults.push(`${id}: ${block} is not on`);
    }
    for (const opener of ["AccessControl", "WebsiteConfiguration", "CorsConfiguration"]) {
      if (opener in properties) faults.push(`${id}: has ${opener}`);
    }
    if (!denies(template, id, { Bool: { "aws:SecureTransport": "false" } }))
      faults.push(`${id}: plain HTTP is not denied`);
    return faults;
  });

/** What the bucket with the findings has beyond that. */
export function findingsBucket(id: string): Check {
  return (template) => {
    const faults: string[] = [];
    const bucket = template.Resources[id];
    const properties = bucket?.Properties;
    if (at(properties, "VersioningConfiguration", "Status") !== "Enabled") faults.push(`${id}: not versioned`);
    if (at(properties, "OwnershipControls", "Rules", 0, "ObjectOwnership") !== "BucketOwnerEnforced") {
      faults.push(`${id}: ACLs are in force`);
    }
    if (asList(at(properties, "LifecycleConfiguration", "Rules")).length === 0) faults.push(`${id}: no lifecycle`);
    for (const [name, kept] of [[id, bucket] as const, ...policiesOf(template, id)]) {
      if (at(kept, "DeletionPolicy") !== "Retain") faults.push(`${name}: goes with the stack`);
      if (at(kept, "UpdateReplacePolicy") !== "Retain") faults.push(`${name}: goes when it is replaced`);
    }
    if (!denies(template, id, { NumericLessThan: { "s3:TlsVersion": "1.2" } }))
      faults.push(`${id}: old TLS is not denied`);
    if (!denies(template, id, { StringNotEquals: { "s3:signatureversion": "AWS4-HMAC-SHA256" } })) {
      faults.push(`${id}: signatures other than V4 are not denied`);
    }
    return faults;
  };
}

/** Whether a bucket policy denies everybody everything on this condition alone. */
function denies(template: Template, id: string, condition: Json): boolean {
  return policiesOf(template, id)
    .flatMap(([, policy]) => asList(at(policy, "Properties", "PolicyDocument", "Statement")))
    .some(
      (statement) =>
        at(statement, "Effect") === "Deny" &&
        at(statement, "Principal") === "*" &&
        at(statement, "Action") === "s3:*" &&
        JSON.stringify(at(statement, "Condition")).replace(":false", ':"false"') === JSON.stringify(condition) &&
        coversAll(textsOf(at(statement, "Resource"), template), id),
    );
}

function policiesOf(template: Template, id: string) {
  return resourcesOf(template, "AWS::S3::BucketPolicy").filter(
    ([, policy]) => targetOf(at(policy.Properties, "Bucket")) === id,
  );
}

function coversAll(resources: string[], id: string): boolean {
  return [`<${id}.Arn>`, `arn:<AWS::Partition>:s3:::<${id}>`].some(
    (arn) => resources.includes(arn) && resources.includes(`${arn}/*`),
  );
}
