import { CreateBucketCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { WAYS } from "./client.ts";
import { UNKNOWN } from "./encryption.ts";
import { credentialsOf, type Lab } from "./lab.ts";
import { forms, oddReads, otherRequests, queriesThatAskInVain } from "./oddities.ts";
import { forbiddenRequests, refusedRequests, rejectedRequests } from "./refusals.ts";
import { everyRequest } from "./rows.ts";
import { createSender, type Sent } from "./sent.ts";

const PRIVATE = "tables-private";
/** Buckets that anybody may use. */
const OPEN = "tables-open";
const FORMS = "tables-forms";

export interface Exercise {
  /** Requests that the gateway answers and logs. */
  sent: readonly Sent[];
  /** Those whose signature it rejects. */
  rejected: readonly Sent[];
}

/** Sends every request that the tables speak of, and some that they don't, in every way that there is. */
export async function exerciseTables(gateway: Lab): Promise<Exercise> {
  const sent: Sent[] = [];
  const rejected: Sent[] = [];
  const senders = WAYS.map((way) => createSender(gateway, way, sent));
  const signed = senders.filter(({ way }) => way.signature !== "none");
  const anonymous = senders.filter(({ way }) => way.signature === "none");
  const [owner] = signed;
  const other = { interface: "Other", target: UNKNOWN } as const;
  for (const bucket of [PRIVATE, OPEN, FORMS])
    await owner!.send({ ...other, but: "a bucket" }, new CreateBucketCommand({ Bucket: bucket }));
  for (const bucket of [OPEN, FORMS])
    await owner!.send(
      { ...other, but: "a policy" },
      new PutBucketPolicyCommand({ Bucket: bucket, Policy: forAll(bucket) }),
    );

  // All at once, so that the gateway writes several records on one line.
  await Promise.all([
    ...signed.map((sender) => everyRequest(sender, PRIVATE)),
    ...anonymous.map((sender) => everyRequest(sender, OPEN)),
  ]);
  for (const sender of signed) await refusedRequests(sender, PRIVATE);
  for (const sender of anonymous) await refusedRequests(sender, OPEN);
  for (const sender of anonymous) await forbiddenRequests(owner!, sender, PRIVATE);
  for (const sender of signed) await queriesThatAskInVain(sender, PRIVATE);
  for (const sender of signed.filter(({ way }) => way.transport === "HTTP")) await oddReads(sender, PRIVATE);
  // A form gives no key that the log shows, so that nothing is known of its bucket's objects any more.
  for (const sender of senders.filter(({ way }) => way.in !== "query")) await forms(sender, FORMS);
  for (const sender of signed) await otherRequests(sender, PRIVATE);

  const { accessKeyId, secretAccessKey } = credentialsOf(gateway);
  for (const { way } of signed) {
    const wrongSecret = { accessKeyId, secretAccessKey: `${secretAccessKey}!` };
    const nobodys = { accessKeyId: "NOBODYSACCESSKEY", secretAccessKey };
    for (const credentials of [wrongSecret, nobodys])
      await rejectedRequests(createSender(gateway, way, rejected, credentials), PRIVATE);
  }
  return { sent, rejected };
}

function forAll(bucket: string): string {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource }],
  });
}
