import { cpus } from "node:os";
import { createHistory } from "../../lib/sources/ceph-ops-log/history.ts";
import { cephOpsLog } from "../../lib/sources/ceph-ops-log/index.ts";
import { ownFacts } from "../../lib/sources/ceph-ops-log/own-facts.ts";
import { parseEntry } from "../../lib/sources/ceph-ops-log/parse.ts";
import { requestOf } from "../../lib/sources/ceph-ops-log/request.ts";
import { type OpsLine, opsLine, SSE } from "../sources/ceph-ops-log/ops-line.ts";

/**
 * How fast ops logs are read, against JSON.parse of every line with the same questions asked of what it gives, and against JSON.parse
 * of every line and no question at all.   node test/bench/ceph-ops-log.ts
 */
const LINES = 20_000;
const RUNS = 10;
const USER_AGENT =
  "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7 md/pyimpl#CPython";

const KINDS: Partial<OpsLine>[] = [
  { request: "GET /lab/data/part-K.parquet" },
  { request: "GET /lab/data/part-K.parquet", status: 206 },
  { request: "HEAD /lab/data/part-K.parquet" },
  { operation: "put_obj", request: "PUT /lab/data/part-K.parquet" },
  { operation: "put_obj", request: "PUT /lab/data/part-K.parquet", headers: { [SSE]: "aws:kms" } },
  {
    operation: "put_obj",
    request: "PUT /lab/data/part-K.parquet?uploadId=2~CogsgZGfqAB0Lmjg3v64pHGleUuDFwe&partNumber=1",
  },
];

const lines = Array.from({ length: LINES }, (_, i) => {
  const kind = KINDS[i % KINDS.length]!;
  const request = kind.request!.replace("K", `${(i * 7919) % LINES}`);
  const headers = { ...kind.headers, HTTP_USER_AGENT: USER_AGENT };
  return opsLine({
    ...kind,
    request,
    headers,
    secure: true,
    at: i * 40,
    id: `tx${i.toString(16).padStart(21, "0")}-default`,
  });
});
const log = Buffer.from(lines.map((line) => `${line}\n`).join(""));
const buffers = lines.map((line) => Buffer.from(line));

const CONTENDERS: [name: string, read: () => number][] = [
  ["JSON.parse, same questions", plain],
  ["JSON.parse, no questions", alone],
  ["Sealwatch", reader],
];
if (plain() !== reader()) throw new Error("the readers do not agree");
const best = CONTENDERS.map(() => Number.POSITIVE_INFINITY);
for (let run = 0; run <= RUNS; run++) {
  for (const [i, [, read]] of CONTENDERS.entries()) best[i] = Math.min(best[i]!, secondsOf(read));
}
console.log(`\nCeph ops log: ${mb(log.length)} MB; ${cpus()[0]!.model}, Node ${process.version}`);
console.log(row("", "MB/s", "lines/s", "× JSON.parse"));
for (const [i, [name]] of CONTENDERS.entries()) {
  const lines = Math.round(LINES / best[i]!).toLocaleString("en");
  console.log(row(name, mb(log.length / best[i]!), lines, (best[0]! / best[i]!).toFixed(2)));
}

function reader(): number {
  let sum = 0;
  const ops = cephOpsLog.open({
    wants: () => false,
    see(facts) {
      sum += facts;
      return false;
    },
    judge() {},
    malformed() {},
  });
  ops.push(log);
  ops.end();
  return sum;
}

function plain(): number {
  let sum = 0;
  const history = createHistory();
  for (const line of buffers) {
    const entry = parseEntry(line.toString());
    if (typeof entry === "string") throw new Error(entry);
    const request = requestOf(entry);
    const { facts } = history.settle(request, ownFacts(request));
    history.note(request, facts);
    sum += facts;
  }
  return sum;
}

function alone(): number {
  let sum = 0;
  for (const line of buffers) sum += JSON.parse(line.toString()).total_time;
  return sum;
}

/** Of the processor. */
function secondsOf(read: () => number): number {
  const start = process.cpuUsage();
  read();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(30) + cells.map((cell) => cell.padStart(14)).join("");
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
