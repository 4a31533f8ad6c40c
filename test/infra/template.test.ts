import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET, HTTP, openEncryption, V4 } from "../../lib/facts.ts";
import { quarantined } from "../../lib/findings/quarantined.ts";
import { SHIPPED } from "../../lib/policy/shipped.ts";
import { type PostureChange, postureFinding } from "../../lib/posture/posture-finding.ts";
import { type ReceiptFacts, receiptBytes } from "../../lib/stores/receipt.ts";
import { totals } from "../../lib/tally.ts";
import { LOG_OBJECT, TABLES } from "../findings/judged.ts";
import { resolve, resolveCondition, type Surroundings } from "../stack/resolve.ts";
import { alarms } from "./checks/alarms.ts";
import { buckets, findingsBucket } from "./checks/buckets.ts";
import { functions } from "./checks/functions.ts";
import { type Exception, grantsOf, narrowPermissions, nothingPublic } from "./checks/permissions.ts";
import { deliveries, queues, visibility } from "./checks/queues.ts";
import { circles, references } from "./checks/references.ts";
import { resourceSpecification } from "./checks/resource-specification.ts";
import { stateMachines } from "./checks/state-machines.ts";
import { fieldOf, hiveType, misfits } from "./hive-type.ts";
import { type PackagedService, packageService } from "./package-service.ts";
import { asList, at, type Check, type Json, resourcesOf, textsOf } from "./template.ts";
import { namesInZip } from "./zip.ts";

const FUNCTIONS = ["audit-log-object", "check-posture", "publish-alerts", "scan-logs", "settle-findings"];

const WITH_TABLES = ["audit-log-object", "scan-logs", "settle-findings"];

const EXCEPTIONS: Exception[] = [
  { where: "CheckPostureRole ListBuckets", reason: "ListAllMyBuckets is about no one bucket" },
  {
    where: "CheckPostureRole ReadBucketSettings",
    reason: "checks every bucket of its own account (aws:ResourceAccount)",
  },
  { where: "ScanLogsRole ListBuckets", reason: "ListAllMyBuckets is about no one bucket" },
];

const CHECKS: Record<string, Check> = {
  "resource types, properties and attributes are CloudFormation's": resourceSpecification,
  "references lead to something that exists": references,
  "no resource waits for itself": circles,
  "state machines are whole": stateMachines,
  "every bucket is encrypted, closed and speaks TLS only": buckets,
  "the findings bucket is versioned, kept, and speaks V4 and TLS 1.2 only": findingsBucket("FindingsBucket"),
  "every queue is encrypted and has a dead-letter queue": queues,
  "what cannot be delivered is kept": deliveries,
  "queues wait for their functions": visibility,
  "every function has a role and a log of its own": functions,
  "permissions name actions and resources": narrowPermissions(EXCEPTIONS),
  "nothing is public": nothingPublic,
  "somebody is told": alarms,
};

/** The contract with whoever reviews the permissions; the README gives the reasons. */
const GRANTS = {
  AuditLogObjectRole: [
    "kms:Decrypt <KmsKeyArn>",
    "kms:Decrypt <LogKeyArns>",
    "kms:GenerateDataKey <KmsKeyArn>",
    "logs:CreateLogStream <AuditDashlogDashobjectLogGroup.Arn>",
    "logs:PutLogEvents <AuditDashlogDashobjectLogGroup.Arn>",
    "s3:DeleteObject <FindingsBucket.Arn>/findings/*",
    "s3:DeleteObject <FindingsBucket.Arn>/quarantine/*",
    "s3:GetObject <FindingsBucket.Arn>/findings/*",
    "s3:GetObject <FindingsBucket.Arn>/policies/*",
    "s3:GetObject <FindingsBucket.Arn>/quarantine/*",
    "s3:GetObject <FindingsBucket.Arn>/receipts/*",
    "s3:GetObject arn:*:s3:::<LogBuckets>/*",
    "s3:GetObjectVersion arn:*:s3:::<LogBuckets>/*",
    "s3:ListBucket <FindingsBucket.Arn>",
    "s3:ListBucket arn:*:s3:::<LogBuckets>",
    "s3:PutObject <FindingsBucket.Arn>/findings/*",
    "s3:PutObject <FindingsBucket.Arn>/quarantine/*",
    "s3:PutObject <FindingsBucket.Arn>/receipts/*",
    "sqs:ChangeMessageVisibility <LogEventsQueue.Arn>",
    "sqs:DeleteMessage <LogEventsQueue.Arn>",
    "sqs:GetQueueAttributes <LogEventsQueue.Arn>",
    "sqs:ReceiveMessage <LogEventsQueue.Arn>",
  ],
  CheckPostureRole: [
    "kms:Decrypt <KmsKeyArn>",
    "kms:GenerateDataKey <KmsKeyArn>",
    "logs:CreateLogStream <CheckDashpostureLogGroup.Arn>",
    "logs:PutLogEvents <CheckDashpostureLogGroup.Arn>",
    "s3:GetBucketLogging arn:<AWS::Partition>:s3:::*",
    "s3:GetBucketPolicy arn:<AWS::Partition>:s3:::*",
    "s3:GetEncryptionConfiguration arn:<AWS::Partition>:s3:::*",
    "s3:GetObject <FindingsBucket.Arn>/reports/posture.json",
    "s3:ListAllMyBuckets *",
    "s3:ListBucket <FindingsBucket.Arn>",
    "s3:PutObject <FindingsBucket.Arn>/findings/*",
    "s3:PutObject <FindingsBucket.Arn>/reports/posture.json",
    "sqs:SendMessage <UndeliveredQueue.Arn>",
  ],
  PublishAlertsRole: [
    "kms:Decrypt <KmsKeyArn>",
    "kms:GenerateDataKey <KmsKeyArn>",
    "logs:CreateLogStream <PublishDashalertsLogGroup.Arn>",
    "logs:PutLogEvents <PublishDashalertsLogGroup.Arn>",
    "s3:GetObject <FindingsBucket.Arn>/<Exceptions>",
    "s3:GetObject <FindingsBucket.Arn>/alerts/*",
    "s3:GetObject <FindingsBucket.Arn>/findings/*",
    "s3:ListBucket <FindingsBucket.Arn>",
    "s3:PutObject <FindingsBucket.Arn>/alerts/*",
    "sns:Publish <AlertsTopic>",
    "sns:Publish <ChatTopic>",
    "sqs:ChangeMessageVisibility <FindingsQueue.Arn>",
    "sqs:DeleteMessage <FindingsQueue.Arn>",
    "sqs:GetQueueAttributes <FindingsQueue.Arn>",
    "sqs:ReceiveMessage <FindingsQueue.Arn>",
    "sqs:SendMessage <UndeliveredQueue.Arn>",
  ],
  ScanLogsRole: [
    "kms:Decrypt <KmsKeyArn>",
    "kms:GenerateDataKey <KmsKeyArn>",
    "logs:CreateLogStream <ScanDashlogsLogGroup.Arn>",
    "logs:PutLogEvents <ScanDashlogsLogGroup.Arn>",
    "s3:GetObject <FindingsBucket.Arn>/policies/*",
    "s3:GetObject <FindingsBucket.Arn>/receipts/*",
    "s3:GetObject <FindingsBucket.Arn>/reports/*",
    "s3:ListAllMyBuckets *",
    "s3:ListBucket <FindingsBucket.Arn>",
    "s3:ListBucket arn:*:s3:::<LogBuckets>",
    "s3:PutObject <FindingsBucket.Arn>/reports/*",
    "sqs:SendMessage <LogEventsQueue.Arn>",
    "sqs:SendMessage <UndeliveredQueue.Arn>",
  ],
  SettleFindingsRole: [
    "kms:Decrypt <KmsKeyArn>",
    "kms:Decrypt <LogKeyArns>",
    "kms:GenerateDataKey <KmsKeyArn>",
    "logs:CreateLogStream <SettleDashfindingsLogGroup.Arn>",
    "logs:PutLogEvents <SettleDashfindingsLogGroup.Arn>",
    "s3:GetObject <FindingsBucket.Arn>/findings/*",
    "s3:GetObject <FindingsBucket.Arn>/policies/*",
    "s3:GetObject <FindingsBucket.Arn>/settlements/*",
    "s3:GetObject arn:*:s3:::<InventoryBuckets>/*",
    "s3:ListBucket <FindingsBucket.Arn>",
    "s3:ListBucket arn:*:s3:::<InventoryBuckets>",
    "s3:PutObject <FindingsBucket.Arn>/findings/*",
    "s3:PutObject <FindingsBucket.Arn>/settlements/*",
  ],
};

const CHANGE: PostureChange = {
  bucket: "photos",
  check: "tls-only",
  activity: "Create",
  result: { status: "fail", detail: "there is no bucket policy" },
  created: 0,
};

const RECEIPT_FACTS = {
  size: 10,
  sha256: "0".repeat(64),
  evidence: [],
  totals: totals({ facts: [[openEncryption(GET, HTTP, V4), 1]], malformed: 1 }, [TABLES]),
} as unknown as ReceiptFacts;

let packaged: PackagedService;
beforeAll(async () => {
  packaged = await packageService();
}, 120_000);
afterAll(() => packaged?.remove());

test.each(Object.entries(CHECKS))("%s", (_, check) => {
  expect(check(packaged.template)).toEqual([]);
});

describe("functions", () => {
  test("are packaged one by one, under 1 MB, with the policies where they are asked for", () => {
    const zips = readdirSync(packaged.folder).filter((name) => name.endsWith(".zip"));
    expect(zips.sort()).toEqual(FUNCTIONS.map((name) => `${name}.zip`));
    for (const name of FUNCTIONS) {
      const zip = readFileSync(join(packaged.folder, `${name}.zip`));
      const tables = WITH_TABLES.includes(name) ? SHIPPED.map((id) => `functions/tables/${id}.csv`) : [];
      expect(namesInZip(zip)).toEqual([`functions/${name}.mjs`, ...tables].sort());
      expect(zip.length).toBeLessThan(1_000_000);
    }
  });

  test("have their source maps apart", () => {
    const maps = readdirSync(join(packaged.bundles, "functions")).filter((name) => name.endsWith(".map"));
    expect(maps.sort()).toEqual(FUNCTIONS.map((name) => `${name}.mjs.map`));
  });
});

test("only the log buckets must be given", () => {
  const needed = Object.entries(packaged.template.Parameters!).filter(([, parameter]) => !("Default" in parameter));
  expect(needed.map(([name]) => name)).toEqual(["LogBuckets"]);
});

describe("log buckets may be given by a name's beginning", () => {
  const RULES = ["LogObjectCreated", "LogObjectCreatedByBeginning"];
  /** Of what is deployed with them; all else is in angle brackets. */
  const around = (LogBuckets: string[]): Surroundings => ({
    ref: (name) => (name === "LogBuckets" ? LogBuckets : `<${name}>`),
    attribute: (id, name) => `<${id}.${name}>`,
    holds: () => true,
  });
  const isWith = (LogBuckets: string[]) =>
    resolveCondition(packaged.template.Conditions!["HasBeginnings"]!, around(LogBuckets));

  /** What EventBridge is given, and which of its matchers for a bucket's name take this one. */
  function patternOf(rule: string, LogBuckets: string[]) {
    const pattern = resolve(at(packaged.template.Resources, rule, "Properties", "EventPattern")!, around(LogBuckets));
    const text = typeof pattern === "string" ? pattern : JSON.stringify(pattern);
    const { source, "detail-type": type, detail, ...more } = JSON.parse(text);
    expect([source, type, more]).toEqual([["aws.s3"], ["Object Created"], {}]);
    const matchers: (string | { prefix: string })[] = detail.bucket.name;
    expect(detail).toEqual({ bucket: { name: matchers } });
    const takes = (bucket: string) =>
      matchers.filter((one) => (typeof one === "string" ? bucket === one : bucket.startsWith(one.prefix)));
    return { text, matchers, takes };
  }

  test.each<[entry: string, isTaken: boolean]>([
    ["my-access-logs", true],
    ["org.logs.2", true],
    ["abc", true],
    ["acme-logs-*", true],
    ["acme.*", true],
    ["abc*", true],
    ["a".repeat(63), true],
    [`${"a".repeat(63)}*`, true],
    ["*", false],
    ["ab*", false],
    ["-ab*", false],
    ["ab", false],
    ["acme-logs-", false],
    ["acme-*-logs", false],
    ["acme-*-logs*", false],
    ["*-logs", false],
    ["acme-logs-**", false],
    ["acme-logs/*", false],
    ["Acme*", false],
    ["a".repeat(64), false],
    [`${"a".repeat(64)}*`, false],
    ["", false],
  ])("%j: %s", (entry, isTaken) => {
    const pattern = String(at(packaged.template.Parameters!, "LogBuckets", "AllowedPattern"));
    expect(new RegExp(pattern).test(entry)).toBe(isTaken);
  });

  test("names are a list of names; a rule for beginnings is there only if there are any", () => {
    const entries = ["my-trail", "acme-logs"];
    expect(patternOf("LogObjectCreated", entries).matchers).toEqual(entries);
    expect(isWith(entries)).toBe(false);
    expect(isWith([...entries, "acme-*"])).toBe(true);
    expect(isWith(["acme-*"])).toBe(true);
    expect(at(packaged.template.Resources, "LogObjectCreatedByBeginning", "Condition")).toBe("HasBeginnings");
  });

  test.each([
    { entries: ["my-trail", "acme-logs-*", "photos"] },
    { entries: ["acme-logs-*", "photos", "my-trail"] },
    { entries: ["photos", "my-trail", "acme-logs-*"] },
  ])("together the rules take what is meant, whatever the order: $entries", ({ entries }) => {
    const taken = (bucket: string) => RULES.flatMap((rule) => patternOf(rule, entries).takes(bucket));
    expect(["my-trail", "photos"].map(taken)).toEqual([["my-trail"], ["photos"]]);
    const begun = [{ prefix: "acme-logs-" }];
    expect(["acme-logs-", "acme-logs-eu"].map(taken)).toEqual([begun, begun]);
    expect(["acme-logs", "my-trail-2", "photos-logs", "x-acme-logs-eu", "acme"].flatMap(taken)).toEqual([]);
  });

  test("as many fit into the 2,048 characters of a pattern as is said", () => {
    const names = (n: number, end = "") =>
      Array.from({ length: n }, (_, i) => `${i}`.padStart(30 - end.length, "x") + end);
    expect(patternOf("LogObjectCreated", names(55)).text.length).toBeLessThanOrEqual(2048);
    const [, begun] = RULES as [string, string];
    expect(patternOf(begun, names(40)).text.length).toBeLessThanOrEqual(2048);
    expect(patternOf(begun, names(40, "*")).text.length).toBeLessThanOrEqual(2048);
    expect(patternOf(begun, names(45)).text.length).toBeGreaterThan(2048);
  });

  const BUCKETS = ["arn:*:s3:::acme-logs-*", "arn:*:s3:::my-trail"];
  const OBJECTS = ["arn:*:s3:::acme-logs-*/*", "arn:*:s3:::my-trail/*"];
  test.each([
    { id: "AuditLogObjectRole", arns: [...BUCKETS, ...OBJECTS] },
    { id: "ScanLogsRole", arns: BUCKETS },
    { id: "HistoryRole", arns: BUCKETS },
  ])("$id is about these buckets and no others", ({ id, arns }) => {
    const LogBuckets = ["my-trail", "acme-logs-*"];
    const properties = resolve(packaged.template.Resources[id]!.Properties!, around(LogBuckets));
    const found = JSON.stringify(properties).match(/arn:\*:s3:::[^"]*/g)!;
    expect([...new Set(found)].sort()).toEqual([...arns].sort());
  });

  test("both rules may send to the queue, and to that for what is not delivered", () => {
    for (const policy of ["LogEventsQueuePolicy", "UndeliveredQueuePolicy"]) {
      const [statement] = asList(at(packaged.template.Resources, policy, "Properties", "PolicyDocument", "Statement"));
      const senders = textsOf(at(statement, "Condition", "ArnEquals", "aws:SourceArn"), packaged.template);
      expect(senders).toEqual(expect.arrayContaining(RULES.map((rule) => `<${rule}.Arn>`)));
    }
  });
});

test("the first deployment makes a stack without parameters, so none are sent", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(packaged.folder, name), "utf8"));
  expect(read("cloudformation-template-create-stack.json").Parameters).toBeUndefined();
  expect(read("serverless-state.json").service.provider.stackParameters).toBeUndefined();
});

test("a stack set brings its log buckets, and its code in a bucket that is there already", async () => {
  const { template, remove } = await packageService("--param=logBuckets=a-logs,b-logs", "--param=codeBucket=our-code");
  await remove();
  expect(at(template.Parameters!, "LogBuckets", "Default")).toBe("a-logs,b-logs");
  expect(Object.keys(template.Resources)).not.toContain("ServerlessDeploymentBucket");
  const functions = resourcesOf(template, "AWS::Lambda::Function");
  expect(functions.map(([, { Properties }]) => at(Properties, "Code", "S3Bucket"))).toEqual(
    FUNCTIONS.map(() => "our-code"),
  );
});

test("an inventory makes as many calls at once as is said, in each of its steps", () => {
  const [definition] = textsOf(
    at(packaged.template.Resources, "Settlement", "Properties", "DefinitionString"),
    packaged.template,
  );
  const found = [...definition!.matchAll(/"MaxConcurrency": (.*),/g)].map(([, most]) => most);
  expect(found).toEqual(["<BulkConcurrency>", "<BulkConcurrency>", "<BulkConcurrency>"]);
});

// How often messages come back of which nothing is wrong: infra/queues.yml.
test.each(["LogEventsQueue", "FindingsQueue"])("%s does not give up what there was no time for", (id) => {
  const most = at(packaged.template.Resources, id, "Properties", "RedrivePolicy", "maxReceiveCount");
  expect(most).toBeGreaterThanOrEqual(50);
});

test("what each function may do", () => {
  const grants = Object.fromEntries(
    resourcesOf(packaged.template, "AWS::Lambda::Function").map(([, { Properties }]) => {
      const [role] = asList(at(Properties, "Role", "Fn::GetAtt")) as string[];
      return [role, grantsOf(packaged.template, role!)];
    }),
  );
  expect(grants).toEqual(GRANTS);
});

describe("tables", () => {
  const object = LOG_OBJECT;
  const expected = join(import.meta.dirname, "../findings/expected");
  const written: Record<string, Json[]> = {
    FindingsTable: readdirSync(expected).flatMap((file) => JSON.parse(readFileSync(join(expected, file), "utf8"))),
    PostureTable: [JSON.parse(JSON.stringify(postureFinding(CHANGE, 0)))],
    ReceiptsTable: [
      JSON.parse(receiptBytes(object, RECEIPT_FACTS, { findings: 1, quarantined: 1, keyExposures: 1 }).toString()),
    ],
    QuarantineTable: [
      JSON.parse(JSON.stringify(quarantined({ line: 1, offset: 0, bytes: 3, reason: "short", text: "abc" }, object))),
    ],
  };

  test.each(Object.entries(written))("%s has columns that are written, with their types", (id, rows) => {
    const columns = at(packaged.template.Resources, id, "Properties", "TableInput", "StorageDescriptor", "Columns");
    const faults = asList(columns).flatMap((column) => {
      const { Name, Type } = column as { Name: string; Type: string };
      return misfits(
        Name,
        hiveType(Type),
        rows.map((row) => fieldOf(row, Name)),
      );
    });
    expect(faults).toEqual([]);
  });

  test.each(Object.keys(written))("%s finds the folders of all log buckets, whichever they are", (id) => {
    const input = at(packaged.template.Resources, id, "Properties", "TableInput")!;
    expect(asList(at(input, "PartitionKeys")).map((key) => at(key, "Name"))).toEqual(["dt"]);
    const [template] = textsOf(at(input, "Parameters", "storage.location.template"), packaged.template);
    const [, folder] = /^s3:\/\/<FindingsBucket>\/\w+\/dt=\$\{dt\}\/(.*)$/.exec(template!) ?? [];
    expect(folder).toBe(id === "PostureTable" ? "ACCOUNT/" : "");
  });

  test("what is about no request is counted among no requests", () => {
    for (const [id, { Properties }] of resourcesOf(packaged.template, "AWS::Athena::NamedQuery")) {
      const [query] = textsOf(at(Properties, "QueryString"), packaged.template);
      if (/FROM findings/.test(query!)) expect(query, id).toContain(`"$path" NOT LIKE '%/ACCOUNT/%'`);
    }
  });
});

test("the dashboard is JSON", () => {
  const [body] = textsOf(
    at(packaged.template.Resources, "Dashboard", "Properties", "DashboardBody"),
    packaged.template,
  );
  expect(JSON.parse(body!).widgets.map((widget: { properties: { title: string } }) => widget.properties.title)).toEqual(
    [
      "Keys exposed",
      "Violations by rule",
      "Records, and those that stay open",
      "Lag between request and audit",
      "Waiting, and given up",
      "Bytes audited",
      "Hours without logs, and logs without an event",
      "Errors and throttles",
    ],
  );
});
