import { describe, expect, it } from "vitest";
import {
  ANY_TRANSPORT,
  type Facts,
  GET,
  HTTPS,
  OFF_NETWORK,
  openEncryption,
  PUT,
  UNSIGNED,
  V2,
  V4,
} from "../../../lib/facts.ts";
import type { LogRecord, Malformed } from "../../../lib/record.ts";
import { s3AccessLogProxied } from "../../../lib/sources/s3-access-log/proxied.ts";
import { accessLogLine, type LogLine, OVER_HTTP } from "../../support/access-log.ts";

const PROXIED = "the store is behind a proxy that ends TLS: that it saw none proves nothing";

function read(line: string, wants = true): { seen: Facts[]; records: LogRecord[]; malformed: Malformed[] } {
  const found = { seen: [] as Facts[], records: [] as LogRecord[], malformed: [] as Malformed[] };
  const reader = s3AccessLogProxied.open({
    see: (facts) => found.seen.push(facts) > 0 && wants,
    judge: (record) => found.records.push(record),
    malformed: (malformed) => found.malformed.push(malformed),
  });
  reader.push(Buffer.from(`${line}\n`));
  reader.end();
  return found;
}

describe("a record of a store behind a proxy", () => {
  it.each<[string, Partial<LogLine>, Facts, string | null]>([
    ["without TLS: may have come either way", OVER_HTTP, openEncryption(GET, ANY_TRANSPORT, V4), PROXIED],
    [
      "without TLS, anonymous",
      { ...OVER_HTTP, requester: "-", signature: "-", authType: "-" },
      openEncryption(GET, ANY_TRANSPORT, UNSIGNED),
      PROXIED,
    ],
    ["with a TLS version: HTTPS", {}, openEncryption(GET, 0b10000, V4), null],
    ["with a cipher suite: HTTPS", { tls: "-" }, openEncryption(GET, HTTPS, V4), null],
    [
      "a write signed with V2",
      { ...OVER_HTTP, operation: "REST.PUT.OBJECT", signature: "SigV2" },
      openEncryption(PUT, ANY_TRANSPORT, V2),
      PROXIED,
    ],
    [
      "that crossed no network",
      { ...OVER_HTTP, remoteIp: "-" },
      openEncryption(OFF_NETWORK, 0, 0),
      "crossed no network: lifecycle, log delivery, half of a copy, or the service itself",
    ],
  ])("%s", (_, given, facts, reason) => {
    const { seen, records } = read(accessLogLine(given));
    expect(seen).toEqual([facts]);
    expect(records.map((record) => [record.facts, record.reason])).toEqual([[facts, reason]]);
  });

  it("that nobody asks for is only counted", () => {
    const { seen, records } = read(accessLogLine(OVER_HTTP), false);
    expect({ seen, records }).toEqual({ seen: [openEncryption(GET, ANY_TRANSPORT, V4)], records: [] });
  });

  it("that cannot be read is malformed", () => {
    expect(read("cut").malformed.map(({ reason }) => reason)).toEqual(["the bucket owner is missing or cut short"]);
  });
});

it("is never recognised: somebody has to say so", () => {
  expect(s3AccessLogProxied.recognises(Buffer.from(`${accessLogLine(OVER_HTTP)}\n`))).toBe(false);
});
