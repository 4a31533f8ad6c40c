import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  COPY,
  ENCRYPTIONS,
  FACTS_SIZE,
  type Facts,
  HTTP,
  HTTPS,
  INTERFACES,
  isCopy,
  OFF_NETWORK,
  PUT,
  pack,
  SIGNATURES,
  SSE_C,
  set,
  V4,
} from "../../lib/facts.ts";
import { COLUMNS, PROTOCOLS, TLS_VERSIONS } from "../../lib/policy/columns.ts";
import { compile } from "../../lib/policy/compile.ts";
import { loadTable } from "../../lib/policy/load.ts";
import { type Policy, type Rule, SEVERITIES } from "../../lib/policy/policy.ts";
import { openPolicy, shippedTables } from "../../lib/policy/shipped.ts";
import { type Cells, judgeSlowly, type SlowVerdict } from "./worlds.ts";

/** Every combination of facts, with the source left empty where there can be none. */
function* everyFacts(): Generator<Facts> {
  for (let code = 0; code <= OFF_NETWORK; code++) {
    for (let sets = 0; sets < 1 << 16; sets++) {
      if (isCopy(code) || (sets & 0xf0) === 0) yield (code << 16) | sets;
    }
  }
}

function judge(policy: Policy, facts: Facts): SlowVerdict {
  const rules = policy.rulesOn(facts).map(({ rule, verdict }) => ({ id: rule.id, verdict }));
  return { verdict: policy.verdict(facts), rules };
}

function isSame(a: SlowVerdict, b: SlowVerdict): boolean {
  const same = a.rules.every(({ id, verdict }, i) => id === b.rules[i]!.id && verdict === b.rules[i]!.verdict);
  return a.verdict === b.verdict && a.rules.length === b.rules.length && same;
}

describe.each(shippedTables())("$id", ({ id, url }) => {
  const policy = openPolicy(id);

  it("gives every combination of facts the verdict and the rules that the definition gives", () => {
    const judgeByDefinition = judgeSlowly(parse(readFileSync(url), { columns: true }));
    const wrong: unknown[] = [];
    let combinations = 0;
    for (const facts of everyFacts()) {
      combinations++;
      const found = judge(policy, facts);
      const expected = judgeByDefinition(facts);
      if (!isSame(found, expected)) wrong.push({ facts, found, expected });
    }
    expect(wrong).toEqual([]);
    expect(combinations).toBe(2 * 2 ** 16 + 9 * 2 ** 12);
  });

  it("passes over the source of a request that has none", () => {
    const put = pack(PUT, ANY_TRANSPORT, ANY_SIGNATURE, 0, ANY_ENCRYPTION);
    for (let source = 0; source <= ANY_ENCRYPTION; source++) {
      expect(judge(policy, set(put, "source", source))).toEqual(judge(policy, put));
    }
  });
});

it("never matches a rule that names a source with a request that has none", () => {
  const rule: Rule = {
    id: "a",
    interfaces: (1 << PUT) | (1 << COPY),
    source: SSE_C,
    target: ANY_ENCRYPTION,
    transport: HTTPS,
    signature: V4,
    severity: "high",
    title: "T",
    cite: "C",
  };
  const policy = compile({ id: "own", digest: "", rules: [rule] });
  expect(judge(policy, pack(PUT, HTTP, V4, 0, SSE_C))).toEqual({ verdict: "not-covered", rules: [] });
  expect(judge(policy, pack(COPY, HTTP, V4, SSE_C, SSE_C))).toEqual({
    verdict: "violation",
    rules: [{ id: "a", verdict: "violation" }],
  });
});

/** A cell of some of the names, or `*`. */
const someOf = (names: readonly string[]) =>
  fc.oneof(
    fc.constant("*"),
    fc.subarray([...names], { minLength: 1 }).map((chosen) => chosen.join("|")),
  );

const copies = INTERFACES.filter((_, code) => isCopy(code));

/** Which requests a row is about; only a row of nothing but copies may name sources. */
const conditions = fc.oneof(
  fc.record({ interface: someOf(INTERFACES), source: fc.constant("*"), target: someOf(ENCRYPTIONS) }),
  fc.record({
    interface: fc.constantFrom(...copies, copies.join("|")),
    source: someOf(ENCRYPTIONS),
    target: someOf(ENCRYPTIONS),
  }),
);

/** What a row permits; TLS versions only along with HTTPS. */
const permission = fc
  .record({
    transport: someOf(PROTOCOLS),
    signature: someOf(SIGNATURES),
    min_tls: fc.constantFrom("", ...TLS_VERSIONS),
  })
  .map((cells) => (cells.transport === "HTTP" ? { ...cells, min_tls: "" } : cells));

/** Sound tables: no two rows are about the same requests, however these are written. */
const tables = fc
  .uniqueArray(fc.tuple(conditions, permission, fc.constantFrom(...SEVERITIES)), {
    minLength: 1,
    maxLength: 12,
    selector: ([{ interface: interfaces, source, target }]) =>
      [spelled(interfaces, INTERFACES), spelled(source, ENCRYPTIONS), spelled(target, ENCRYPTIONS)].join(),
  })
  .map((rows) =>
    rows.map(([about, permits, severity], i): Cells => {
      return { id: `rule-${i}`, ...about, ...permits, severity, title: "A rule.", cite: "A book" };
    }),
  );

function spelled(cell: string, names: readonly string[]): string {
  return cell === "*" ? names.join("|") : cell;
}

it("gives any facts under any sound table the verdict and the rules that the definition gives", () => {
  const someFacts = fc.array(fc.integer({ min: 0, max: FACTS_SIZE - 1 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(tables, someFacts, (rows, combinations) => {
      const csv = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))].join("\n");
      const policy = compile(loadTable("own", Buffer.from(csv), "own.csv"));
      const judgeByDefinition = judgeSlowly(rows);
      for (const facts of combinations) expect(judge(policy, facts)).toEqual(judgeByDefinition(facts));
    }),
  );
});
