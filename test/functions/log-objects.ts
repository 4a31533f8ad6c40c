import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";

const EXPOSING = "?X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-server-side-encryption-customer-algorithm=AES256";

let requests = 0;
function line(requester: string, how: "clean" | "open" | "exposed"): string {
  return accessLogLine({
    requester,
    requestId: `${requests++}`.padStart(16, "0"),
    ...(how !== "clean" && OVER_HTTP),
    ...(how === "exposed" && { authType: "QueryString", uri: `"GET /records/a/b.txt${EXPOSING} HTTP/1.1"` }),
  });
}

function textOf(...lines: string[]): Buffer {
  return Buffer.from(lines.map((each) => `${each}\n`).join(""));
}

/** Log objects of every kind, no two of one size. */
export const LOGS: Record<string, Buffer> = {
  clean: textOf(line("ann", "clean"), line("bob", "clean")),
  open: textOf(line("ann", "open"), line("bob", "open"), line("ann", "open")),
  exposed: textOf(line("ann", "exposed"), line("ann", "open"), line("bob", "clean")),
  malformed: textOf(line("bob", "exposed"), "half a line", line("ann", "open")),
  packed: gzipSync(textOf(line("ann", "open"), line("eve", "open"))),
  empty: Buffer.alloc(0),
};

export const ETAGS: Record<string, string> = Object.fromEntries(
  Object.entries(LOGS).map(([key, bytes]) => [key, etagOf(bytes)]),
);

/** What all of them hold, by their receipts. */
export const LOGS_HOLD = { objects: 6, records: 12, malformed: 1, findings: 9, keyExposures: 2 };

export function etagOf(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
