import type { CheckResult } from "./posture.ts";

interface Statement {
  Effect?: unknown;
  Principal?: unknown;
  Action?: unknown;
  Resource?: unknown;
  Condition?: unknown;
  [other: string]: unknown;
}

/** What a statement may hold and still be understood in full. */
const KNOWN = new Set(["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]);
const BUCKET_ARN = /^arn:[\w-]+:s3:::(.+)$/;
/** Condition keys that tell plain HTTP from TLS. */
const ABOUT_TRANSPORT = /aws:securetransport|s3:tlsversion/i;

/**
 * Whether a bucket policy denies every request over plain HTTP: everybody, every action, on the bucket and on all its objects.
 * What denies it in part, or in a way that is not evaluated here, is unknown. Control policies of an organization and
 * policies of identities may deny it as well; they are not looked at.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS
 * @param policy its JSON; `null` where there is none
 */
export function tlsOnly(policy: string | null, bucket: string): CheckResult {
  if (policy === null) return { status: "fail", detail: "there is no bucket policy" };
  const statements = statementsOf(policy);
  if (statements === null) return { status: "unknown", detail: "the bucket policy is not understood" };
  const denials = statements.filter(({ Effect }) => Effect === "Deny");
  const denied = denials.filter(deniesPlainHttp).flatMap(({ Resource }) => listOf(Resource));
  if (denied.some((arn) => covers(arn, bucket, "")) && denied.some((arn) => covers(arn, bucket, "/*"))) {
    return { status: "pass", detail: "the bucket policy denies plain HTTP" };
  }
  return denials.some(({ Condition }) => ABOUT_TRANSPORT.test(JSON.stringify(Condition ?? null)))
    ? { status: "unknown", detail: "the bucket policy denies plain HTTP in part, or in a way that is not evaluated" }
    : { status: "fail", detail: "the bucket policy does not deny plain HTTP" };
}

function statementsOf(policy: string): Statement[] | null {
  try {
    const { Statement } = JSON.parse(policy);
    const statements = listOf(Statement);
    return statements.every((statement) => typeof statement === "object" && statement !== null) ? statements : null;
  } catch {
    return null;
  }
}

/** Whether everybody is denied every action over plain HTTP, on whatever the statement is about. */
function deniesPlainHttp(statement: Statement): boolean {
  const { Principal, Action, Condition } = statement;
  return (
    Object.keys(statement).every((name) => KNOWN.has(name)) &&
    isEverybody(Principal) &&
    listOf(Action).some((action) => action === "*" || action.toLowerCase?.() === "s3:*") &&
    isPlainHttp(Condition)
  );
}

function isEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  return typeof principal === "object" && principal !== null && listOf(Object(principal).AWS).includes("*");
}

/** Whether a condition holds of every request over plain HTTP: it asks for that or for nothing. */
function isPlainHttp(condition: unknown): boolean {
  const [[operator, keys] = [], ...otherOperators] = Object.entries(Object(condition));
  if (operator === undefined) return true;
  const [[key, value] = [], ...otherKeys] = Object.entries(Object(keys));
  if (otherOperators.length > 0 || otherKeys.length > 0) return false;
  const isBool = operator === "Bool" || operator === "BoolIfExists";
  return isBool && key?.toLowerCase() === "aws:securetransport" && listOf(value).some((one) => `${one}` === "false");
}

/** @param part `""` for the bucket itself, `/*` for all its objects */
function covers(arn: unknown, bucket: string, part: "" | "/*"): boolean {
  if (arn === "*") return true;
  const [, name] = BUCKET_ARN.exec(String(arn)) ?? [];
  return name === bucket + part || name === `${bucket}*` || name === "*";
}

// biome-ignore lint/suspicious/noExplicitAny: a policy's values may be anything, and each is compared with what is understood
function listOf(value: unknown): any[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
