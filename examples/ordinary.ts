import { CLIENTS, overHttp } from "./clients.ts";
import { presignedV4 } from "./presigned.ts";
import { DOWNLOADS, EVENTS, numbers, PAGES, REPORTS, STATEMENTS, TOKENS, two, WHEEL } from "./stock.ts";
import {
  ANALYTICS,
  ARCHIVE,
  ASSETS,
  DAY,
  DAYS,
  HOUR,
  logCopy,
  logOwnWork,
  logUpload,
  MINUTE,
  MONDAY,
  PAYMENTS,
  SECOND,
  type Week,
} from "./week.ts";

/** A week in which nobody does anything wrong. */
export function logOrdinaryWeek(week: Week): void {
  for (let day = 0; day < DAYS; day++) {
    logPayments(week, day);
    logAnalytics(week, day);
    logAssets(week, day);
    logArchive(week, day);
  }
}

/** A second of the day, more likely in working hours. */
function during({ random }: Week, day: number): number {
  const hour = random.chance(0.7) ? random.int(7, 18) : random.int(0, 23);
  return MONDAY + day * DAY + hour * HOUR + random.int(0, 3599) * SECOND;
}

function logPayments(week: Week, day: number): void {
  const { random } = week;
  const date = `2026/02/${two(day + 2)}`;
  const request = (client: (typeof CLIENTS)[keyof typeof CLIENTS], operation: string, key: string | null) => ({
    bucket: PAYMENTS,
    client,
    time: during(week, day),
    operation,
    key,
  });

  for (let i = 0; i < 50; i++) week.log(request(CLIENTS.paymentsApi, "REST.GET.OBJECT", random.pick(STATEMENTS)));
  for (let i = 0; i < 16; i++) week.log(request(CLIENTS.paymentsApi, "REST.HEAD.OBJECT", random.pick(STATEMENTS)));
  for (let i = 0; i < 30; i++) week.log(request(CLIENTS.cardVault, "REST.GET.OBJECT", random.pick(TOKENS)));
  for (let i = 0; i < 4; i++) {
    week.log({
      ...request(CLIENTS.paymentsApi, "REST.GET.OBJECT", random.pick(STATEMENTS)),
      accessPoint: "payments-ro",
    });
  }
  for (let i = 0; i < 3; i++) {
    week.log({ ...request(CLIENTS.paymentsApi, "REST.GET.OBJECT", `statements/unknown-${i}.pdf`), status: 404 });
  }
  for (let i = 1; i <= 18; i++) {
    const key = `statements/2026-01/account-${two(day)}${two(i)}.pdf`;
    logUpload(week, { ...request(CLIENTS.paymentsApi, "REST.PUT.OBJECT", key), key }, "SSE-KMS");
  }
  for (let i = 1; i <= 9; i++) {
    const key = `cards/tokens/${date}/batch-00${two(i)}.jsonl`;
    logUpload(week, { ...request(CLIENTS.cardVault, "REST.PUT.OBJECT", key), key }, "SSE-C");
  }
  const report = `reports/2026-02/daily total ${two(day + 1)}.csv`;
  logUpload(week, { ...request(CLIENTS.ledgerExport, "REST.PUT.OBJECT", report), key: report }, "SSE-S3");
  for (let i = 0; i < 7; i++) {
    const read = request(CLIENTS.partner, "REST.GET.OBJECT", random.pick(REPORTS));
    week.log({ ...read, query: presignedV4(read.time - 5 * MINUTE) });
  }
  const copied = `ledger/${date}/summary.parquet`;
  const copy = { ...request(CLIENTS.ledgerExport, "REST.COPY.OBJECT", copied), size: 73_112 };
  logCopy(week, copy, { bucket: ANALYTICS, key: `summaries/${date}/summary.parquet` });
  week.objects.put(PAYMENTS, copied, copy.time, "SSE-KMS", 73_112);
  for (const what of ["VERSIONING", "LOGGING_STATUS", "BUCKETPOLICY", "ENCRYPTION"]) {
    week.log({ ...request(CLIENTS.console, `REST.GET.${what}`, null), query: `?${what.toLowerCase()}` });
    if (day === 0)
      week.log({ ...request(CLIENTS.terraform, `REST.GET.${what}`, null), query: `?${what.toLowerCase()}` });
  }
  const gone = `statements/2025-11/account-00${two(day + 1)}.pdf`;
  const removal = request(CLIENTS.ledgerExport, "REST.DELETE.OBJECT", gone);
  week.log({ ...removal, status: 204 });
  week.objects.remove(PAYMENTS, gone, removal.time);
  if (day === 4) logConsoleByTwoTokens(week);
}

/** The one record whose host id is two tokens. */
function logConsoleByTwoTokens(week: Week): void {
  week.log(
    {
      bucket: PAYMENTS,
      client: CLIENTS.console,
      time: during(week, 4),
      operation: "REST.GET.OBJECT",
      key: STATEMENTS[3]!,
    },
    ({ hostId }) => ({ hostId: `AIDAEXAMPLEEXAMPLE42 ${hostId}` }),
  );
}

function logAnalytics(week: Week, day: number): void {
  const { random } = week;
  const base = { bucket: ANALYTICS, client: CLIENTS.spark };
  const date = `dt=2026-02-${two(day + 2)}`;

  for (let i = 0; i < 70; i++) {
    const key = random.pick(EVENTS);
    week.log({
      ...base,
      time: during(week, day),
      operation: "REST.GET.OBJECT",
      key,
      status: random.pick([200, 206, 206]),
    });
  }
  for (let i = 0; i < 12; i++) {
    week.log({ ...base, time: during(week, day), operation: "REST.HEAD.OBJECT", key: random.pick(EVENTS) });
    const prefix = "?list-type=2&delimiter=%2F&max-keys=1000&prefix=events%2F&fetch-owner=false";
    week.log({ ...base, time: during(week, day), operation: "REST.GET.BUCKET", key: null, query: prefix });
  }
  for (let i = 1; i <= 4; i++) {
    const start = during(week, day);
    const key = `events/${date}/part-0000${i}.parquet`;
    const uploadId = random.base64(48).replace(/[+/]/g, "_");
    week.log({ ...base, time: start, operation: "REST.POST.UPLOADS", key, query: "?uploads" });
    for (let part = 1; part <= 3; part++) {
      const query = `?partNumber=${part}&uploadId=${uploadId}`;
      week.log({ ...base, time: start + part * 4 * SECOND, operation: "REST.PUT.PART", key, query, size: 67_108_864 });
    }
    const query = `?uploadId=${uploadId}`;
    week.log({ ...base, time: start + 20 * SECOND, operation: "REST.POST.UPLOAD", key, query, size: 180_355_072 });
  }
  for (let i = 0; i < 14; i++) {
    const time = during(week, day);
    week.log({
      ...base,
      client: CLIENTS.athena,
      time,
      operation: "REST.GET.OBJECT",
      key: random.pick(EVENTS),
      status: 206,
    });
    const key = `athena-results/${random.uuid()}.csv`;
    week.log({ ...base, client: CLIENTS.athena, time: time + 9 * SECOND, operation: "REST.PUT.OBJECT", key });
  }
  const night = MONDAY + day * DAY + 2 * HOUR;
  const scratch = numbers(6).map((i) => `tmp/${date}/_temporary/task=${i}/*.crc`);
  const batch = { ...base, time: night, operation: "REST.POST.MULTI_OBJECT_DELETE", key: null, query: "?delete" };
  const { requestId, remoteIp, tls, cipher } = week.log(batch);
  for (const key of scratch) {
    const row = { ...batch, operation: "BATCH.DELETE.OBJECT", key, status: 204, size: 4096 };
    week.log(row, () => ({ requestId, remoteIp, tls, cipher, bytesSent: null }));
  }
  for (let i = 1; i <= 5; i++) {
    const key = `tmp/dt=2026-01-${two(day + 20)}/scratch-${i}.bin`;
    logOwnWork(week, { bucket: ANALYTICS, time: night + 37 * MINUTE, operation: "S3.EXPIRE.OBJECT", key });
  }
  for (let i = 0; i < 3; i++) {
    const key = `delivered/elb/2026-02-${two(day + 2)}-${two(i * 8)}-${random.hex(16)}`;
    logOwnWork(
      week,
      { bucket: ANALYTICS, time: night + i * 8 * HOUR, operation: "REST.PUT.OBJECT", key },
      { requester: "svc:delivery.logs.amazonaws.com", requestUri: `PUT /${key} HTTP/1.1`, status: 200 },
    );
  }
}

function logAssets(week: Week, day: number): void {
  const { random } = week;
  const base = { bucket: ASSETS, operation: "REST.GET.OBJECT" };
  for (let i = 0; i < 105; i++) {
    const key = random.pick([...PAGES, ...DOWNLOADS]);
    week.log({ ...base, client: CLIENTS.cdn, time: during(week, day), key, status: random.pick([200, 200, 200, 304]) });
  }
  for (let i = 0; i < 6; i++) {
    const client = { ...CLIENTS.cdn, userAgents: [null] };
    week.log({ ...base, client, time: during(week, day), key: random.pick(DOWNLOADS) });
  }
  for (let i = 0; i < 8; i++) {
    const key = random.pick(DOWNLOADS);
    const referer = 'https://www.kestrel.example/pricing.html?plan=large size&ref="mail"';
    week.log({ ...base, client: CLIENTS.browser, time: during(week, day), key, referer: random.pick(["-", referer]) });
  }
  for (let i = 0; i < 3; i++) week.log({ ...base, client: CLIENTS.pip, time: during(week, day), key: WHEEL });
  for (let i = 0; i < 5; i++) {
    const client = overHttp(CLIENTS.browser);
    week.log({
      ...base,
      operation: "WEBSITE.GET.OBJECT",
      client,
      time: during(week, day),
      key: random.pick(PAGES.slice(0, 3)),
    });
  }
  if (day === 1 || day === 3) {
    const deployed = MONDAY + day * DAY + 15 * HOUR;
    for (let i = 1; i <= 22; i++) {
      const key = `js/chunk-${day}-${two(i)}.js`;
      const upload = {
        bucket: ASSETS,
        client: CLIENTS.deploy,
        time: deployed + i * SECOND,
        operation: "REST.PUT.OBJECT",
        key,
      };
      logUpload(week, upload, "SSE-S3");
    }
  }
}

function logArchive(week: Week, day: number): void {
  for (let i = 1; i <= 6; i++) {
    const key = `plant-records/2026-02-${two(day + 2)}/line-${i}.tar`;
    const operation = i % 3 === 0 ? "REST.GET.OBJECT" : "REST.PUT.OBJECT";
    week.log({ bucket: ARCHIVE, client: CLIENTS.archiver, time: during(week, day), operation, key });
  }
}
