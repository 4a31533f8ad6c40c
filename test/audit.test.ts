import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  askInto,
  auditInto,
  decisiveFacts,
  headline,
  type Judgement,
  judge,
  openInto,
  worldsOf,
} from "../lib/audit.ts";
import type { Narrowing, Resolver } from "../lib/evidence/evidence.ts";
import {
  ANY_ENCRYPTION,
  COPY,
  FACT_NAMES,
  type Facts,
  GET,
  get,
  HTTP,
  HTTPS,
  OFF_NETWORK,
  openEncryption,
  PLAIN,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  set,
  V2,
  V4,
} from "../lib/facts.ts";
import { openPolicies, openPolicy } from "../lib/policy/shipped.ts";
import type { LogRecord } from "../lib/record.ts";
import { s3AccessLog } from "../lib/sources/s3-access-log/index.ts";
import { createTally, totals } from "../lib/tally.ts";
import { accessLogLine, OVER_HTTP } from "./support/access-log.ts";

const obs = openPolicy("obs-sse");
const both = openPolicies(["obs-sse", "transport-baseline"]);

function record(facts: Facts, given: Partial<LogRecord> = {}): LogRecord {
  return { facts, evidence: [], bucket: "b", key: "k", requestId: "r", line: 1, offset: 0, ...given } as LogRecord;
}

function says(...narrowings: Narrowing[]): Resolver & { asked: number } {
  const resolver = {
    id: "test",
    asked: 0,
    resolve() {
      resolver.asked++;
      return narrowings;
    },
  };
  return resolver;
}

const target = (values: number): Narrowing => ({ fact: "target", values, by: "test", detail: "a test says so" });

describe("judge", () => {
  const open = openEncryption(GET, HTTP, V4);

  it.each([
    ["evidence that settles it", [target(SSE_C)], "violation", SSE_C, 1, 0],
    ["evidence that clears it", [target(PLAIN)], "not-covered", PLAIN, 1, 0],
    ["evidence that narrows and leaves it open", [target(PLAIN | SSE_KMS)], "indeterminate", PLAIN | SSE_KMS, 1, 0],
    ["evidence that says nothing new", [target(ANY_ENCRYPTION)], "indeterminate", ANY_ENCRYPTION, 0, 0],
    ["evidence that contradicts", [target(SSE_C), target(PLAIN)], "violation", SSE_C, 1, 1],
  ] as const)("%s", (_, narrowings, verdict, left, used, contradictions) => {
    const judged = judge({ policies: [obs], resolvers: [says(...narrowings)] }, record(open));
    expect(judged).toMatchObject({ verdict, facts: set(open, "target", left) });
    expect(judged.evidence).toHaveLength(used);
    expect(judged.contradictions).toHaveLength(contradictions);
  });

  it("asks nobody about a record that no evidence could change", () => {
    const resolver = says(target(SSE_C));
    for (const facts of [
      openEncryption(GET, HTTPS, V4),
      pack(GET, HTTP, V4, 0, SSE_C),
      openEncryption(OFF_NETWORK, 0, 0),
    ]) {
      judge({ policies: [obs], resolvers: [resolver] }, record(facts));
      askInto({ policies: [obs], resolvers: [resolver] }).see(facts);
    }
    expect(resolver.asked).toBe(0);
  });

  it.each([
    ["what breaks a rule, of what it may contradict", pack(GET, HTTP, V4, 0, SSE_C), true, ["ask", "resolve"]],
    ["what is open", open, undefined, ["ask", "resolve"]],
    ["nothing that is decided otherwise", openEncryption(GET, HTTPS, V4), true, []],
    ["nothing that crossed no network", openEncryption(OFF_NETWORK, 0, 0), true, []],
    ["nothing that breaks a rule, if it contradicts nothing", pack(GET, HTTP, V4, 0, SSE_C), undefined, []],
  ] as const)("tells a resolver of %s", (_, facts, contradicts, calls) => {
    const heard: string[] = [];
    const resolver: Resolver = {
      id: "hears",
      ...(contradicts && { contradicts }),
      ask: () => heard.push("ask"),
      resolve() {
        heard.push("resolve");
        return [{ fact: "transport", values: HTTPS, by: "hears", detail: "" }];
      },
    };
    const judging = { policies: [obs], resolvers: [says(), resolver] };
    const recipient = askInto(judging);
    expect(recipient.see(facts)).toBe(calls.length > 0);
    recipient.judge(record(facts));
    const { contradictions, verdict } = judge(judging, record(facts));
    expect([heard, verdict]).toEqual([calls, obs.verdict(facts)]);
    expect(contradictions.map(({ by }) => by)).toEqual(calls.length > 0 ? ["hears"] : []);
  });

  it("asks while one policy is open, though another is decided", () => {
    const judged = judge({ policies: both, resolvers: [says(target(SSE_C))] }, record(open));
    expect(judged.policies.map(({ verdict }) => verdict)).toEqual(["violation", "violation"]);
  });

  it("hands over what evidence leaves open, with what it hangs on", () => {
    const told: Judgement[] = [];
    const settled = record(open, { key: "settled" });
    const resolver: Resolver = {
      id: "settles-one",
      resolve: ({ key }) => (key === "settled" ? [target(SSE_C)] : []),
    };
    const recipient = openInto({ policies: [obs], resolvers: [resolver] }, (judgement) => told.push(judgement));
    expect([recipient.see(open), recipient.see(pack(GET, HTTP, V4, 0, SSE_C))]).toEqual([true, false]);
    recipient.judge(settled);
    recipient.judge(record(open));
    recipient.malformed({ line: 1, offset: 0, bytes: 0, reason: "", text: "" });
    expect(told).toEqual([judge({ policies: [obs], resolvers: [] }, record(open))]);
    expect(told[0]!.missing).toEqual(["target"]);
  });

  it("keeps what the log itself had as evidence", () => {
    const own = target(SSE_KMS);
    const judged = judge(
      { policies: [obs], resolvers: [] },
      record(pack(GET, HTTP, V4, 0, SSE_KMS), { evidence: [own] }),
    );
    expect(judged.evidence).toEqual([own]);
  });
});

describe("decisive facts", () => {
  it.each([
    ["an HTTP read", openEncryption(GET, HTTP, V4), ["target"]],
    ["a V2 upload over HTTPS", openEncryption(PUT, HTTPS, V2), ["target"]],
    ["an HTTPS upload, version open", openEncryption(PUT, HTTPS, V2 | V4), ["signature", "target"]],
    ["a copy over HTTP", openEncryption(COPY, HTTP, V4), ["target"]],
    ["transport open, SSE-C", pack(GET, HTTP | HTTPS, V4, 0, SSE_C), ["transport"]],
    ["decided", pack(GET, HTTP, V4, 0, SSE_C), []],
  ])("%s", (_, facts, names) => {
    expect(decisiveFacts([obs], facts)).toEqual(names);
  });

  it("are none if and only if every policy is decided, and settling them all decides", () => {
    const facts = fc
      .tuple(
        fc.nat(9),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 15 }),
      )
      .map(([code, transport, signature, source, target]) => pack(code, transport, signature, source, target));
    fc.assert(
      fc.property(facts, (facts) => {
        const names = decisiveFacts(both, facts);
        const isOpen = both.some((policy) => policy.verdict(facts) === "indeterminate");
        expect(names.length > 0).toBe(isOpen);
        for (const world of worldsOf(facts)) {
          const settled = names.reduce((open, name) => set(open, name, get(world, name)), facts);
          expect(both.map((policy) => policy.verdict(settled))).not.toContain("indeterminate");
        }
      }),
    );
  });

  it("worlds are single choices, as many as the sets allow", () => {
    const worlds = worldsOf(openEncryption(COPY, HTTP | HTTPS, V2 | V4));
    expect(new Set(worlds).size).toBe(5 * 2 * 4 * 4);
    for (const world of worlds) for (const name of FACT_NAMES) expect([1, 2, 4, 8, 16]).toContain(get(world, name));
  });
});

describe("the books balance", () => {
  function audit(bytes: Buffer, everyRecord: boolean) {
    const tally = createTally();
    let judged = 0;
    const reader = s3AccessLog.open(
      auditInto(tally, { policies: both, resolvers: [], everyRecord, onJudgement: () => judged++ }),
    );
    reader.push(bytes);
    reader.end();
    return { totals: totals(tally.counts(), both), judged };
  }

  function linesIn(bytes: Buffer): number {
    const ends = bytes.filter((byte) => byte === 10).length;
    return bytes.length === 0 || bytes.at(-1) === 10 ? ends : ends + 1;
  }

  const real = fc.constantFrom(
    accessLogLine(),
    accessLogLine(OVER_HTTP),
    accessLogLine({ signature: "SigV2" }),
    accessLogLine({ operation: "REST.GET.BUCKET" }),
    accessLogLine({ ...OVER_HTTP, operation: "S3.EXPIRE.OBJECT", remoteIp: "-" }),
  );
  const input = fc
    .array(
      fc.oneof(
        real.map((line) => Buffer.from(line)),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        real.map((line) => Buffer.from(line.slice(0, 200))),
      ),
    )
    .map((lines) => Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])));

  it("lines in are verdicts and malformed, and each policy counts every record", () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const { totals, judged } = audit(bytes, false);
        const sum = (counts: object) => Object.values(counts).reduce((a: number, b: number) => a + b, 0);
        expect(totals.records + totals.malformed).toBe(linesIn(bytes));
        expect(sum(totals.verdicts)).toBe(totals.records);
        for (const policy of totals.policies) expect(sum(policy.verdicts)).toBe(totals.records);
        expect(judged).toBe(totals.verdicts.violation + totals.verdicts.indeterminate);
        expect(audit(bytes, true).totals).toEqual(totals);
      }),
    );
  });
});

it("the headline is the worst verdict", () => {
  expect(headline(both, openEncryption(GET, HTTP, V4))).toBe("violation");
  expect(headline([], openEncryption(GET, HTTP, V4))).toBe("not-covered");
});
