import { createHistory } from "../../lib/sources/ceph-ops-log/history.ts";
import { cephOpsLog } from "../../lib/sources/ceph-ops-log/index.ts";
import { ownFacts } from "../../lib/sources/ceph-ops-log/own-facts.ts";
import { parseEntry } from "../../lib/sources/ceph-ops-log/parse.ts";
import { requestOf } from "../../lib/sources/ceph-ops-log/request.ts";
import { type OpsLine, opsLine, SSE } from "../sources/ceph-ops-log/ops-line.ts";

/**
 * How fast the reader of ops logs is, against JSON.parse of every line with the same questions asked of it, and against
 * JSON.parse alone.   node test/bench/ceph-ops-log.ts
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

const contenders: [name: string, read: () => number][] = [
  ["reader", reader],
  ["JSON.parse, same questions", plain],
  ["JSON.parse alone", alone],
];
const seconds = contenders.map(([, read]) => fastest(read));
for (const [i, [name]] of contenders.entries()) {
  const speed = (log.length / seconds[i]! / 1e6).toFixed(0);
  console.log(`${name.padEnd(28)} ${speed.padStart(5)} MB/s   ${(seconds[i]! / seconds[0]!).toFixed(2)}`);
}

function reader(): number {
  let sum = 0;
  const ops = cephOpsLog.open({
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

/** Seconds of the processor that the fastest of some runs took, after one to warm up. */
function fastest(read: () => number): number {
  read();
  return Math.min(
    ...Array.from({ length: RUNS }, () => {
      const start = process.cpuUsage();
      read();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    }),
  );
}
