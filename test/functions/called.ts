import type { Context } from "aws-lambda";
import { onTestFinished, vi } from "vitest";
import { CREDENTIALS } from "../support/s3-server.ts";
import type { SqsServer } from "../support/sqs-server.ts";

export const FINDINGS = "findings-bucket";
export const ALERTS_TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts";
export const CHAT_TOPIC = "arn:aws:sns:us-east-1:111122223333:chat";

/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:1";

/** What serverless.yml sets, and where the services are. */
export function environmentOf(
  s3Endpoint: string,
  snsEndpoint = NOWHERE,
  sqs: Pick<SqsServer, "endpoint" | "url"> = { endpoint: NOWHERE, url: `${NOWHERE}/111122223333/nothing` },
): Record<string, string> {
  return {
    ...CREDENTIALS,
    AWS_ENDPOINT_URL_S3: s3Endpoint,
    AWS_ENDPOINT_URL_SNS: snsEndpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    FINDINGS_BUCKET: FINDINGS,
    FINDINGS_QUEUE: sqs.url,
    LOG_BUCKETS: "my-logs,other-logs",
    LOG_EVENTS_QUEUE: sqs.url,
    POLICIES: "obs-sse",
    ALERTS_TOPIC,
    CHAT_TOPIC,
    SEVERITY_THRESHOLD: "medium",
    ALERT_WINDOW_MINUTES: "60",
    EXCEPTIONS: "exceptions.csv",
    POWERTOOLS_METRICS_NAMESPACE: "Sealwatch",
    POWERTOOLS_SERVICE_NAME: "sealwatch-test",
    POWERTOOLS_DEV: "false",
  };
}

/** What a call answered and printed: its log, and its metrics in the embedded format. */
export interface Called {
  response: unknown;
  log: Record<string, unknown>[];
  metrics: Record<string, unknown>[];
}

export type Call = (event: unknown, remaining?: () => number) => Promise<Called>;

/** A function's handler in a new container, with this environment. */
export async function container(
  load: () => Promise<{ handler: unknown }>,
  environment: Record<string, string>,
): Promise<Call> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.resetModules();
  const started = await printed(load);
  const handler = started.result.handler as (event: unknown, context: Context) => Promise<unknown>;
  let first = started.text;
  return async (event, remaining = () => 300_000) => {
    const { result, text } = await printed(() => handler(event, contextOf(remaining)));
    const called = calledOf(result, first + text);
    first = "";
    return called;
  };
}

/** @param printed lines of JSON */
export function calledOf(response: unknown, printed: string): Called {
  const lines = printed.split("\n").filter((line) => line !== "");
  const all = lines.map((line) => JSON.parse(line));
  return {
    response,
    log: all.filter((line) => !("_aws" in line)),
    metrics: all.filter((line) => "_aws" in line),
  };
}

function contextOf(remaining: () => number): Context {
  return {
    functionName: "sealwatch-test",
    awsRequestId: "c6af9ac6-7b61-11e6-9a41-93e812345678",
    getRemainingTimeInMillis: remaining,
  } as Context;
}

async function printed<T>(run: () => Promise<T>): Promise<{ result: T; text: string }> {
  let text = "";
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      text += chunk;
      return true;
    }),
  );
  try {
    const result = await run();
    return { result, text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
