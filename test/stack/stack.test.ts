import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { created, LOG } from "../functions/recorded.ts";
import { resourceSpecification } from "../infra/checks/resource-specification.ts";
import { stateMachines } from "../infra/checks/state-machines.ts";
import { type PackagedService, packageService } from "../infra/package-service.ts";
import { sealwatch } from "../support/run-cli.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type Account, startAccount, type Worked } from "./account.ts";
import { type Authority, authorityOf } from "./authority.ts";
import { deafAlarms } from "./deaf-alarms.ts";
import { deploy, type Stack, templateOf } from "./deploy.ts";
import { forbiddenDuties } from "./duties.ts";
import { allGrants } from "./grants.ts";
import {
  land,
  landClean,
  landInventory,
  landUnnoticed,
  permit,
  quarantineClean,
  TODAY,
  YESTERDAY,
} from "./landings.ts";
import { limits } from "./limits.ts";
import { bucketNames, EVERYTHING, LEAST, LOG_KEYS } from "./parameter-sets.ts";

const folder = temporaryFolder();

let service: PackagedService;
beforeAll(async () => {
  service = await packageService("--stage=production");
}, 120_000);
afterAll(() => service?.remove());

const SETS = [
  { set: "least parameters", parameters: LEAST, logBuckets: ["my-logs"] },
  { set: "everything set", parameters: EVERYTHING, logBuckets: ["my-logs", "other-logs", "acme-logs-1"] },
];

/** What is not of the stack, and what it is encrypted with. */
function othersOf(parameters: object): Record<string, string | null> {
  if (!("LogKeyArns" in parameters)) return { "my-logs": null };
  const [one, other] = LOG_KEYS;
  return { "my-logs": one, "other-logs": other, "acme-logs-1": null, inventories: one, "their-inventories": other };
}

const faultsOf = (stack: Stack) => [
  ...limits(stack),
  ...resourceSpecification(templateOf(stack)),
  ...stateMachines(templateOf(stack)),
];

describe.each(SETS)("with $set", ({ parameters, logBuckets }) => {
  test("an account refuses nothing, and services may do what they are there for", () => {
    const stack = deploy(service.template, parameters);
    expect(faultsOf(stack)).toEqual([]);
    expect(forbiddenDuties(stack, authorityOf(stack), logBuckets)).toEqual([]);
  });

  test("events end as findings and alerts", async () => {
    const stack = deploy(service.template, parameters);
    const authority = authorityOf(stack);
    const account = await startAccount(stack, service, othersOf(parameters), authority);
    const findingsBucket = stack.resources["FindingsBucket"]!.ref!;
    const isEverything = "Policies" in parameters;
    const metrics: Record<string, unknown>[] = [];
    const subjects = () => account.sns.published.splice(0).flatMap(({ subject }) => subject ?? []);
    async function work(): Promise<unknown[]> {
      const worked = await account.work();
      metrics.push(...worked.flatMap((each) => each.metrics));
      return worked.flatMap(reasons).sort();
    }

    // So long ago that the window of alerts is over.
    const landed = new Date(Date.now() - 7_200_000).toISOString();
    account.clock = () => landed;
    const ours = permit(account, findingsBucket, "HTTP");
    writeFileSync(join(folder, "ours.csv"), ours);
    const policies = ["obs-sse", ...(isEverything ? [join(folder, "ours.csv")] : [])];
    for (const bucket of logBuckets) await land(account, bucket);
    const gone = logBuckets
      .toSorted()
      .map((bucket) => expect.stringMatching(`^s3://${bucket}/gone: was deleted or overwritten`));
    expect(await work()).toEqual(gone);
    for (const bucket of logBuckets) await expectCommandsBytes(account, findingsBucket, bucket, policies);
    expect(subjects()).toEqual(
      expect.arrayContaining([expect.stringMatching(/CRITICAL: . requests? broke rule sse-c/)]),
    );

    for (const bucket of logBuckets) landUnnoticed(account, bucket);
    const scanned = await account.tick("ScanLogsSchedule", `${YESTERDAY}T14:10:00Z`);
    metrics.push(...scanned.metrics);
    // What was written over a log object is one that nobody was told of, too.
    expect(scanned.response).toMatchObject({ unaudited: 2 * logBuckets.length, problems: [] });
    expect(await work()).toEqual([]);
    expect(subjects()).toEqual([]);
    await account.tick("CloseAlertWindowsSchedule", new Date().toISOString());
    expect(subjects()).toEqual(expect.arrayContaining([expect.stringMatching(/Update, CRITICAL: . requests may/)]));

    permit(account, findingsBucket, "HTTPS");
    for (const bucket of logBuckets) quarantineClean(account, findingsBucket, bucket);
    const reaudited = await account.call("ScanDashlogsLambdaFunction", { from: YESTERDAY, to: TODAY });
    expect(reaudited.response).toMatchObject({ queued: isEverything ? 3 * logBuckets.length : 0 });
    const findings = () =>
      Object.keys(account.s3.contents(findingsBucket)).filter((key) => key.startsWith("findings/"));
    const before = findings().length;
    expect(await work()).toEqual([]);
    // Those of what was clean but for our policy, and of what was written over another.
    expect(before - findings().length).toBe(isEverything ? 2 * logBuckets.length : 0);
    const daily = await account.tick("ScanLogsSchedule", `${TODAY}T03:10:00Z`);
    expect(daily.response).toMatchObject({ unaudited: 0, problems: [], totals: [{ day: YESTERDAY }, {}] });

    account.s3.put(findingsBucket, "findings/broken.ndjson.gz", "x");
    await account.emit(created(findingsBucket, "findings/broken.ndjson.gz"));
    expect(await work()).toEqual(["unexpected end of file"]);

    await account.tick("CheckPostureSchedule", landed);
    expect(await work()).toEqual([]);
    const alerted = subjects();
    expect(alerted).toContain("[Sealwatch] HIGH: bucket my-logs breaks rule posture.tls-only");
    expect(alerted.filter((subject) => subject.includes(findingsBucket))).toEqual([]);

    if (isEverything) {
      for (const bucket of ["inventories", "their-inventories"]) await landInventory(account, bucket);
      expect(await work()).toEqual([]);
      expect(subjects()).toEqual([expect.stringMatching(/CRITICAL: . requests broke rule sse-c.get-object/)]);
    }

    expect(authority.refused).toEqual([]);
    expect(account.undelivered).toEqual([]);
    expect(deafAlarms(stack, metrics)).toEqual([]);
    if (!isEverything) return;
    // Nobody may do what nothing here does.
    forbiddenDuties(stack, authority, logBuckets);
    expect(allGrants(stack).filter((grant) => !authority.used.has(grant))).toEqual([]);
  });
});

/** What functions complained of. */
function reasons({ log }: Pick<Worked, "log">): unknown[] {
  return log.filter(({ level }) => level !== "INFO").map(({ reason, message }) => reason ?? message);
}

/** The recorded log object's findings, quarantine and receipt are those that the command writes. */
async function expectCommandsBytes({ s3 }: Account, findingsBucket: string, bucket: string, policies: string[]) {
  const store = join(folder, `${policies.length} ${bucket}`);
  const from = `s3://${bucket}/${LOG.key.split("/")[0]}/`;
  const named = policies.flatMap((id) => ["--policy", id]);
  const args = ["scan", from, "--endpoint", s3.endpoint, "--store", store, ...named];
  expect(await sealwatch(args, CREDENTIALS)).toMatchObject({ code: 1 });
  const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files).toHaveLength(3);
  const held = s3.contents(findingsBucket);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    expect(held[path.slice(store.length + 1)]).toBe(readFileSync(path, "latin1"));
  }
}

describe("many log buckets", () => {
  const PATTERN = /^LogObjectCreated: the length of its pattern is/;
  const withBuckets = (count: number, length: number) =>
    limits(deploy(service.template, { ...EVERYTHING, LogBuckets: bucketNames(count, length) }));

  /** How many are too many, and why. */
  function tooMany(length: number, isMeant = (_: string) => true): { count: number; faults: string[] } {
    let [fine, count] = [1, Math.floor(4096 / (length + 1))];
    const faults = (many: number) => withBuckets(many, length).filter(isMeant);
    for (let middle = fine; fine + 1 < count; ) {
      middle = Math.floor((fine + count) / 2);
      if (faults(middle).length === 0) fine = middle;
      else count = middle;
    }
    return { count, faults: faults(count) };
  }

  test.each([10, 30, 63])("of %i characters each: it is the pattern that holds no more", (length) => {
    expect(tooMany(length).faults).toEqual([expect.stringMatching(PATTERN)]);
  });

  test("55 names of 30 characters are taken, and where the quota on patterns is raised, what a role holds is fixed", () => {
    expect(tooMany(30).count).toBeGreaterThan(55);
    const { count, faults } = tooMany(30, (fault) => !PATTERN.test(fault));
    expect(count).toBeGreaterThan(90);
    expect(faults).toEqual([expect.stringMatching(/^AuditLogObjectRole: the size of its inline policies is/)]);
  });
});

describe("is not allowed", () => {
  const BUCKET = "FindingsBucket";
  test.each([
    { who: "AuditLogObjectRole", action: "s3:PutObject", on: BUCKET, but: { "aws:SecureTransport": "false" } },
    { who: "AuditLogObjectRole", action: "s3:PutObject", on: BUCKET, but: { "s3:TlsVersion": "1.1" } },
    { who: "AuditLogObjectRole", action: "s3:PutObject", on: BUCKET, but: { "s3:signatureversion": "AWS" } },
    { who: "ScanLogsRole", action: "sqs:SendMessage", on: "LogEventsQueue", but: { "aws:SecureTransport": "false" } },
    { who: "ScanLogsRole", action: "sqs:SendMessage", on: "UndeliveredQueue", but: { "aws:SecureTransport": "false" } },
    { who: "PublishAlertsRole", action: "sns:Publish", on: "AlertsTopic", but: { "aws:SecureTransport": "false" } },
    { who: "PublishAlertsRole", action: "sns:Publish", on: "ChatTopic", but: { "aws:SecureTransport": "false" } },
  ])("$who to $action on $on, if $but", ({ who, action, on, but }) => {
    const stack = deploy(service.template, EVERYTHING);
    const { allows } = authorityOf(stack);
    const { ref, attributes } = stack.resources[on]!;
    const resource = on === BUCKET ? `${attributes["Arn"]}/receipts/x` : (attributes["Arn"] ?? ref!);
    expect(allows(stack.resources[who]!, action, resource)).toBe(true);
    expect(allows(stack.resources[who]!, action, resource, but as Record<string, string>)).toBe(false);
  });
});

test("the queue of log events takes what the account's buckets and the log topics send, and nothing else", () => {
  const stack = deploy(service.template, EVERYTHING);
  const queue = stack.resources["LogEventsQueue"]!.attributes["Arn"]!;
  const other = stack.resources["FindingsCreated"]!.attributes["Arn"]!;
  const takes = (service: string, source: string, account = stack.place.account) =>
    authorityOf(stack).allowsService(service, "sqs:SendMessage", queue, {
      "aws:SourceArn": source,
      "aws:SourceAccount": account,
    });
  expect([
    takes("s3.amazonaws.com", "arn:aws:s3:::other-logs"),
    takes("s3.amazonaws.com", "arn:aws:sns:eu-central-1:111122223333:photos"),
    takes("s3.amazonaws.com", "arn:aws:s3:::other-logs", "444455556666"),
    takes("sns.amazonaws.com", "arn:aws:sns:eu-central-1:444455556666:their-logs", "444455556666"),
    takes("sns.amazonaws.com", "arn:aws:sns:eu-central-1:444455556666:others"),
    takes("events.amazonaws.com", other),
  ]).toEqual([true, false, false, true, false, false]);
});

test("every grant of audit-log-object is needed, and what is missing shows", async () => {
  const stack = deploy(service.template, EVERYTHING);
  const account = await startAccount(stack, service, othersOf(EVERYTHING), authorityOf(stack));
  const findingsBucket = stack.resources["FindingsBucket"]!.ref!;
  const logBuckets = ["my-logs", "other-logs", "acme-logs-1"];

  async function run(authority: Authority): Promise<unknown> {
    account.s3.buckets.get(findingsBucket)!.clear();
    for (const { messages } of Object.values(account.queues)) messages.length = 0;
    account.obey(authority);
    permit(account, findingsBucket, "HTTP");
    for (const bucket of logBuckets) await land(account, bucket);
    const first = await account.work("LogEventsQueue").catch(({ message }) => message);
    permit(account, findingsBucket, "HTTPS");
    for (const bucket of logBuckets) {
      quarantineClean(account, findingsBucket, bucket);
      await landClean(account, bucket);
    }
    const second = await account.work("LogEventsQueue").catch(({ message }) => message);
    const worked = [first, second].map((each) => (Array.isArray(each) ? each.flatMap(linesOf).sort() : each));
    return { worked, keys: Object.keys(account.s3.contents(findingsBucket)) };
  }

  const untouched = authorityOf(stack);
  const whole = await run(untouched);
  expect(untouched.refused).toEqual([]);
  const grants = allGrants(stack).filter((grant) => grant.startsWith("AuditLogObjectRole "));
  for (const grant of grants) {
    const authority = authorityOf(stack, grant);
    expect(await run(authority), grant).not.toEqual(whole);
    const refused = new Set(authority.refused.map((each) => each.split(" ")[1]));
    expect([...refused], grant).toEqual([grant.split(" ")[1]]);
  }
});

/** Whatever a function says. */
function linesOf({ log, failed }: Worked): string[] {
  return [
    ...log.map(({ message, reason, bucket, key, receipt }) => JSON.stringify([message, reason, bucket, key, receipt])),
    ...failed,
  ];
}
