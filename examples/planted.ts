import { CLIENTS, overHttp } from "./clients.ts";
import { presignedV2, presignedV4 } from "./presigned.ts";
import { EVENTS, GUIDE, REPORTS, STATEMENTS, TOKENS } from "./stock.ts";
import {
  ANALYTICS,
  ASSETS,
  DAY,
  DAYS,
  HOUR,
  logCopy,
  logUpload,
  MINUTE,
  MONDAY,
  PAYMENTS,
  SECOND,
  type Week,
} from "./week.ts";

/** A time of the week: day 0 is Monday. */
const at = (day: number, hour: number, minute = 0, second = 0) =>
  MONDAY + day * DAY + hour * HOUR + minute * MINUTE + second * SECOND;

/** What the audit is to find, or to find that it can't tell. README.md lists it in this order. */
export function plantFindings(week: Week): void {
  exposeCustomerKeys(week);
  runOldBackup(week);
  writeInTheClear(week);
  readAnonymously(week);
  forgeAnswer(week);
  stayUndecided(week);
  breakLines(week);
}

/** sse-c.get-object, sse-c.head-object: a batch job was given an http:// endpoint, and sent its keys along. */
function exposeCustomerKeys(week: Week): void {
  const base = { bucket: PAYMENTS, client: overHttp(CLIENTS.reconciliation) };
  for (let i = 0; i < 12; i++) {
    const get = { ...base, time: at(1, 3, i * 5), operation: "REST.GET.OBJECT", key: TOKENS[i]! };
    week.log({ ...get, status: i < 10 ? 400 : 200 });
  }
  for (let i = 0; i < 3; i++) {
    week.log({ ...base, time: at(1, 4, i * 5), operation: "REST.HEAD.OBJECT", key: TOKENS[i]!, status: 400 });
  }
}

/** sse-kms.get-object: a backup tool that knows only signature V2 reads everything, every night. */
function runOldBackup(week: Week): void {
  const base = { bucket: PAYMENTS, client: CLIENTS.nightlyBackup, operation: "REST.GET.OBJECT" };
  for (let day = 0; day < DAYS; day++) {
    for (let i = 0; i < 5; i++) {
      week.log({ ...base, time: at(day, 1, 10, i), key: STATEMENTS[day + i]!, status: 400 });
      week.log({ ...base, time: at(day, 1, 20, i), key: REPORTS[day + i]! });
    }
    for (let i = 0; i < 2; i++) week.log({ ...base, time: at(day, 1, 30, i), key: TOKENS[day + i]!, status: 400 });
  }
  for (let i = 0; i < 4; i++) {
    const client = { ...CLIENTS.partner, signature: "SigV2" as const };
    const time = at(i, 9, 45);
    week.log({ ...base, client, time, key: REPORTS[i]!, query: presignedV2(time) });
  }
}

/** sse-kms.put-object, sse-kms.post-object, copy-object.none-to-sse-kms: uploads of statements over HTTP. */
function writeInTheClear(week: Week): void {
  const client = overHttp(CLIENTS.terminalGateway);
  const base = { bucket: PAYMENTS, client };
  for (let i = 0; i < 3; i++) {
    const key = `statements/terminals/2026-02-04/terminal-${i + 1}.pdf`;
    logUpload(week, { ...base, time: at(2, 11, i), operation: "REST.PUT.OBJECT", key }, "SSE-KMS");
  }
  const form = "statements/terminals/2026-02-04/form.pdf";
  logUpload(
    week,
    { ...base, time: at(2, 12), operation: "REST.POST.OBJECT", key: form, status: 204, size: 8_112 },
    "SSE-KMS",
  );

  for (let i = 0; i < 2; i++) {
    const key = `statements/terminals/guide-${i + 1}.pdf`;
    const copy = { ...base, time: at(3, 14, i), operation: "REST.COPY.OBJECT", key, size: 51_204 };
    logCopy(week, copy, { bucket: ASSETS, key: GUIDE });
    week.objects.put(PAYMENTS, key, copy.time, "SSE-KMS", copy.size);
  }
  const cleared = {
    ...base,
    time: at(3, 15),
    operation: "REST.COPY.OBJECT",
    key: "reports/copies/daily.csv",
    size: 9_001,
  };
  logCopy(week, cleared, { bucket: PAYMENTS, key: REPORTS[2]! });
  week.objects.put(PAYMENTS, cleared.key, cleared.time, "SSE-S3", cleared.size);

  for (const status of [200, 403]) {
    const time = at(4, 10, status === 200 ? 5 : 6);
    const key = `uploads/dispute-${status}.pdf`;
    const query = presignedV4(time - MINUTE, { "x-amz-server-side-encryption": "aws:kms" });
    const sender = { ...overHttp(CLIENTS.partner), userAgents: ["okhttp/3.12.0"] };
    week.log({
      bucket: PAYMENTS,
      client: sender,
      time,
      operation: "REST.PUT.OBJECT",
      key,
      query,
      status,
      size: 120_448,
    });
    if (status === 200) week.objects.put(PAYMENTS, key, time, "SSE-KMS", 120_448);
  }
  for (const i of [0, 1]) {
    week.log({ ...base, time: at(4, 16, i), operation: "REST.HEAD.OBJECT", key: STATEMENTS[i]! });
    week.log({ ...base, time: at(4, 17, i), operation: "REST.GET.OBJECT", key: STATEMENTS[i]! });
  }
}

/** sse-kms.get-object, by nobody: refused, and known only because the statements are in the inventory. */
function readAnonymously(week: Week): void {
  const base = { bucket: PAYMENTS, client: CLIENTS.scanner, operation: "REST.GET.OBJECT", status: 403 };
  for (let i = 0; i < 4; i++) week.log({ ...base, time: at(5, 22, 14, i), key: STATEMENTS[i]! });
  for (const [i, key] of ["backup.zip", ".env", "dump.sql"].entries()) {
    week.log({ ...base, time: at(5, 22, 15, i), key });
    week.log({ ...base, client: overHttp(CLIENTS.scanner), time: at(5, 22, 16, i), key });
  }
}

/** sse-c.get-object: the User-Agent holds the rest of a record that would be compliant. It is delivered twice. */
function forgeAnswer(week: Week): void {
  const hostId = week.random.base64(56);
  const forged = `curl/8.16.0" - ${hostId} SigV4 TLS_AES_128_GCM_SHA256 AuthHeader kestrel-payments.s3.eu-central-1.amazonaws.com TLSv1.3 - - eu-central-1 "`;
  const client = { ...overHttp(CLIENTS.reconciliation), ips: ["198.51.100.251"], userAgents: [forged] };
  week.log({
    bucket: PAYMENTS,
    client,
    time: at(5, 23, 41),
    operation: "REST.GET.OBJECT",
    key: TOKENS[5]!,
    status: 400,
  });
  week.lines.push({ ...week.lines.at(-1)!, time: at(6, 5) });
}

/** What no inventory settles: objects that are gone, replaced or never were, refused writes, parts, a bucket without one. */
function stayUndecided(week: Week): void {
  const gateway = overHttp(CLIENTS.terminalGateway);
  const base = { bucket: PAYMENTS, client: gateway };
  const refused = "statements/terminals/2026-02-05/terminal-9.pdf";
  week.log({ ...base, time: at(3, 11), operation: "REST.PUT.OBJECT", key: refused, status: 403 });

  const key = "uploads/terminal-journal.bin";
  const uploadId = week.random.base64(48).replace(/[+/]/g, "_");
  week.log({ ...base, time: at(3, 18), operation: "REST.POST.UPLOADS", key, query: "?uploads" });
  for (let part = 1; part <= 3; part++) {
    const query = `?partNumber=${part}&uploadId=${uploadId}`;
    week.log({ ...base, time: at(3, 18, part), operation: "REST.PUT.PART", key, query, size: 5_242_880 });
  }
  const complete = { ...base, time: at(3, 18, 9), operation: "REST.POST.UPLOAD", key, query: `?uploadId=${uploadId}` };
  week.log({ ...complete, size: 15_728_640 });
  week.objects.put(PAYMENTS, key, at(3, 18), "SSE-KMS", 15_728_640, 3);

  const page = "status.html";
  const visitor = overHttp(CLIENTS.browser);
  week.log({ bucket: ASSETS, client: visitor, time: at(1, 10), operation: "WEBSITE.GET.OBJECT", key: page });
  const update = { bucket: ASSETS, client: CLIENTS.deploy, time: at(4, 8), operation: "REST.PUT.OBJECT", key: page };
  logUpload(week, update, "SSE-S3");
  for (let day = 0; day < 3; day++) {
    const missing = { bucket: ASSETS, client: visitor, time: at(day, 13, 7), key: "favicon.ico", status: 404 };
    week.log({ ...missing, operation: "WEBSITE.GET.OBJECT" });
  }
  for (let i = 0; i < 12; i++) {
    const dashboard = i < 8 ? CLIENTS.oldDashboard : { ...CLIENTS.oldDashboard, signature: "SigV2" as const };
    week.log({
      bucket: ANALYTICS,
      client: dashboard,
      time: at(i % 7, 6, i),
      operation: "REST.GET.OBJECT",
      key: EVENTS[i]!,
    });
  }
}

/** Lines that can't be read for certain: two cut short, two pairs run together. */
function breakLines({ lines }: Week): void {
  const [first, second, third, fourth] = lines.filter(
    ({ bucket, text }) => bucket === PAYMENTS && text.includes(" TLSv1.3 "),
  );
  const broken = [
    first!.text.slice(0, first!.text.indexOf("[") + 15),
    second!.text.slice(0, second!.text.indexOf("aws-sdk-java") + 40),
    third!.text.slice(0, third!.text.indexOf("GET /") + 20) + fourth!.text,
    third!.text + fourth!.text,
  ];
  for (const [i, text] of broken.entries()) lines.push({ bucket: PAYMENTS, time: at(2, 7, i), text });
}
