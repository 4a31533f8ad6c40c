import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccessLogFields, accessLogLine } from "../../examples/access-log-line.ts";
import { CLIENTS, type Client, overHttp } from "../../examples/clients.ts";
import { presignedV4 } from "../../examples/presigned.ts";
import { type Bucket, requestFields } from "../../examples/requests.ts";
import { type Seeded, seeded } from "../../examples/seeded.ts";

/** Shares of all lines. The rest is HTTPS with signature V4, whoever sends it. */
export const MIX = {
  /** Plain HTTP, signature V2, or HTTPS without a signature. */
  suspicious: 0.003,
  /** Rows that S3 writes for its own work. */
  offNetwork: 0.003,
  /** A User-Agent with quotes inside, as pip's. */
  innerQuotes: 0.02,
  bareUserAgent: 0.01,
};
/** One line in so many is cut short or two run together: 0.01 %. */
export const MALFORMED_EVERY = 10_000;

const SEED = 20260202;
const FILES = 8;
const BLOCK_LINES = 20_000;
const START = Date.UTC(2026, 1, 2);
const BUCKET: Bucket = {
  name: "kestrel-payments",
  owner: "5e8d1f3a9c0b47e2d6a85f19c3e07b24d91f6ac8503e7b2d4f8a91c60e35d7b2",
  region: "eu-central-1",
};

export interface Corpus {
  folder: string;
  files: string[];
  bytes: number;
}

/** Log lines in one buffer, and where in it the request ids stand, which differ from copy to copy. */
export interface Block {
  bytes: Buffer;
  requestIds: Int32Array;
}

/** The corpus of about `megabytes` in 8 files below the temporary folder: made once, and again when its recipe changes. */
export function ensureCorpus(megabytes: number): Corpus {
  const home = join(tmpdir(), `sealwatch-bench-${megabytes}`);
  const folder = join(home, "logs");
  const files = Array.from({ length: FILES }, (_, i) => join(folder, `2026-02-0${i + 1}-00-00-00-BENCHBENCHBENCH${i}`));
  const block = makeBlock(SEED, BLOCK_LINES);
  const recipe = JSON.stringify({ megabytes, block: createHash("sha256").update(block.bytes).digest("hex") });
  const stamp = join(home, "recipe.json");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== recipe) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const random = seeded(SEED);
    for (const file of files) writeLogFile(file, (megabytes * 1e6) / FILES, block, random);
    writeFileSync(stamp, recipe);
  }
  return { folder, files, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}

/** `count` lines, the same for the same seed: 20 requests a second, up to half a minute out of order. */
export function makeBlock(seed: number, count: number): Block {
  const random = seeded(seed);
  const parts: string[] = [];
  const requestIds: number[] = [];
  let length = 0;
  for (let i = 1; i <= count; i++) {
    const fields = drawRecord(random, START + Math.floor(i / 20) * 1000 + random.int(0, 30) * 1000);
    const line = accessLogLine(fields, random.chance(0.5) ? 26 : 27);
    const text = i % MALFORMED_EVERY === MALFORMED_EVERY / 2 ? damaged(line, i > MALFORMED_EVERY) : line;
    requestIds.push(length + text.indexOf(fields.requestId));
    parts.push(text);
    length += text.length + 1;
  }
  return { bytes: Buffer.from(`${parts.join("\n")}\n`, "latin1"), requestIds: Int32Array.from(requestIds) };
}

/** Copies of the block, each with request ids of its own, up to the last whole line within `size` bytes. */
function writeLogFile(path: string, size: number, { bytes, requestIds }: Block, random: Seeded): void {
  const file = openSync(path, "w");
  for (let left = size; left > 0; left -= bytes.length) {
    const salt = random.hex(8);
    for (const at of requestIds) bytes.write(salt, at, "latin1");
    const end = left >= bytes.length ? bytes.length : bytes.lastIndexOf(0x0a, left - 1) + 1;
    writeSync(file, bytes, 0, end);
  }
  closeSync(file);
}

const SIGNED: readonly Client[] = [
  CLIENTS.paymentsApi,
  CLIENTS.paymentsApi,
  CLIENTS.cardVault,
  CLIENTS.ledgerExport,
  CLIENTS.spark,
  CLIENTS.spark,
  CLIENTS.athena,
  CLIENTS.deploy,
  CLIENTS.console,
  CLIENTS.partner,
  CLIENTS.cdn,
  CLIENTS.cdn,
  CLIENTS.cdn,
  CLIENTS.cdn,
  {
    ...CLIENTS.reconciliation,
    userAgents: ["rclone/v1.71.1", "MinIO (linux; amd64) minio-go/v7.0.95", "Go-http-client/1.1"],
  },
  { ...CLIENTS.reconciliation, userAgents: ["aws-sdk-go/1.55.8 (go1.24.6; linux; amd64) S3Manager", "curl/8.16.0"] },
].map((client) => ({ ...client, userAgents: client.userAgents.filter((agent) => agent !== null) }));
const OPERATIONS = [
  ...Array(12).fill("REST.GET.OBJECT"),
  ...Array(5).fill("REST.PUT.OBJECT"),
  ...Array(4).fill("REST.HEAD.OBJECT"),
  ...["REST.PUT.PART", "REST.PUT.PART", "REST.POST.UPLOADS", "REST.POST.UPLOAD", "REST.COPY.OBJECT"],
  ...["REST.DELETE.OBJECT", "REST.GET.BUCKET"],
];

function drawRecord(random: Seeded, time: number): AccessLogFields {
  if (random.chance(MIX.offNetwork)) {
    const key = drawKey(random);
    return requestFields({ bucket: BUCKET, client: null, time, operation: "S3.EXPIRE.OBJECT", key }, random);
  }
  const client = random.chance(MIX.suspicious) ? drawSuspect(random) : drawClient(random);
  const operation: string = random.pick(OPERATIONS);
  const key = operation === "REST.GET.BUCKET" ? null : drawKey(random);
  const query =
    client.authType === "QueryString" ? presignedV4(time) : key === null ? "?list-type=2&prefix=events%2F" : "";
  const status = random.chance(0.03) ? random.pick([304, 403, 404]) : 200;
  return requestFields({ bucket: BUCKET, client, time, operation, key, query, status }, random);
}

function drawClient(random: Seeded): Client {
  const client = random.pick(SIGNED);
  const kind = random.next();
  if (kind < MIX.innerQuotes) return { ...client, userAgents: CLIENTS.pip.userAgents };
  return kind < MIX.innerQuotes + MIX.bareUserAgent ? { ...client, userAgents: [null] } : client;
}

function drawSuspect(random: Seeded): Client {
  return random.pick<Client>([
    overHttp(CLIENTS.terminalGateway),
    overHttp(CLIENTS.reconciliation),
    CLIENTS.nightlyBackup,
    CLIENTS.browser,
  ]);
}

function drawKey(random: Seeded): string {
  const n = random.int(1, 99_999);
  return random.pick([
    `statements/2026-01/account-${n}.pdf`,
    `events/dt=2026-02-0${random.int(1, 7)}/hour=${random.int(0, 23)}/part-${n}.snappy.parquet`,
    `cards/tokens/2026/01/30/batch-${n}.jsonl`,
    `reports/daily total ${n}.csv`,
    `img/${random.uuid()}.webp`,
  ]);
}

/** Run together with itself, or cut inside the User-Agent. */
function damaged(line: string, together: boolean): string {
  return together ? line + line : line.slice(0, line.lastIndexOf('"') - 5);
}
