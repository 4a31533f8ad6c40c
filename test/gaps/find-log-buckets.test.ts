import { expect, test } from "vitest";
import { findLogBuckets } from "../../lib/gaps/find-log-buckets.ts";
import { FINDINGS } from "./world.ts";

const ACCOUNT = ["acme-data", "acme-logs-a", "acme-logs-b", FINDINGS, "my-trail"];

/** What is found in the account, and what was asked for. */
async function find(...entries: string[]) {
  const asked: string[] = [];
  const found = await findLogBuckets(entries, FINDINGS, async function* (beginning) {
    asked.push(beginning);
    yield* ACCOUNT.filter((name) => name.startsWith(beginning));
    if (beginning === "acme-l") throw Object.assign(new Error("not so fast"), { name: "SlowDown" });
  });
  return { ...found, asked };
}

test("names stand for themselves, whether there is such a bucket or not, and nobody is asked", async () => {
  expect(await find("my-trail", "gone", "my-trail")).toEqual({
    buckets: ["my-trail", "gone"],
    problems: [],
    asked: [],
  });
});

test("a beginning stands for all names that begin so, each once", async () => {
  expect(await find("acme-logs-b", "acme-logs-*", "acme-logs-a*", "my-trail")).toEqual({
    buckets: ["acme-logs-b", "acme-logs-a", "my-trail"],
    problems: [],
    asked: ["acme-logs-", "acme-logs-a"],
  });
});

test("the findings bucket is never found, and a beginning that stands for nothing else is a problem", async () => {
  const nothing = "no bucket of this account and region has a name that begins so";
  expect(await find("findings-*", "other-*", "my-*")).toEqual({
    buckets: ["my-trail"],
    problems: [`findings-*: ${nothing}`, `other-*: ${nothing}`],
    asked: ["findings-", "other-", "my-"],
  });
});

test("a listing that fails is a problem, and keeps nothing else from being found", async () => {
  expect(await find("acme-l*", "my-*")).toEqual({
    buckets: ["acme-logs-a", "acme-logs-b", "my-trail"],
    problems: ["acme-l*: SlowDown: not so fast"],
    asked: ["acme-l", "my-"],
  });
});
