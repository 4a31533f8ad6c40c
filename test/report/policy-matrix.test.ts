import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_ENCRYPTION, ANY_SIGNATURE, ENCRYPTIONS, HTTP, HTTPS, SSE_C, SSE_KMS, V2, V4 } from "../../lib/facts.ts";
import { type Rule, SEVERITIES, type Table } from "../../lib/policy/policy.ts";
import { openPolicy, SHIPPED } from "../../lib/policy/shipped.ts";
import { policyMatrix } from "../../lib/report/policy-matrix.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const TLS_1_2 = 0b11000;

const RULE: Rule = {
  id: "a.put",
  interfaces: 1,
  source: null,
  target: SSE_C,
  transport: HTTPS,
  signature: V4,
  severity: "high",
  title: "T",
  cite: "Book, Table 1, row 1 (PUT)",
};

function table(...rules: Partial<Rule>[]): Table {
  return { id: "own", digest: DIGEST, rules: rules.map((rule) => ({ ...RULE, ...rule })) };
}

describe("a policy as a matrix", () => {
  it("groups rules by what they cite, and names all that a rule permits", () => {
    const policy = table(
      {},
      {
        id: "b.any",
        interfaces: 0b1111111111,
        target: ANY_ENCRYPTION,
        transport: TLS_1_2 | HTTP,
        signature: ANY_SIGNATURE,
        cite: "Elsewhere",
      },
      {
        id: "a.copy",
        interfaces: 0b0010000000,
        source: ANY_ENCRYPTION,
        target: SSE_KMS | SSE_C,
        transport: HTTP,
        signature: V2 | V4,
        severity: "low",
        cite: "Book, Table 1, row 12 (copy)",
      },
    );
    expect(policyMatrix(policy, 100)).toBe(
      `own: 3 rules
${DIGEST}

Book, Table 1
  interface   encryption              transport                   signature  severity
  PutObject   SSE-C                   HTTPS                       V4         high
    a.put · row 1 (PUT)
  CopyObject  any → SSE-KMS or SSE-C  HTTP                        V2 or V4   low
    a.copy · row 12 (copy)

Elsewhere
  interface   encryption              transport                   signature  severity
  any         any                     HTTP or HTTPS from TLS 1.2  any        high
    b.any
`,
    );
  });

  it("wraps cells, headings and ids that are too wide, at 80 columns at least", () => {
    const policy = table({
      id: "x".repeat(80),
      interfaces: 0b1010000100,
      source: 0b0011,
      target: 0b0111,
      transport: TLS_1_2,
      cite: `${"word ".repeat(20)}${"y".repeat(90)}, row 3`,
    });
    const narrow = `own: 1 rule
${DIGEST}

word word word word word word word word word word word word word word word word
word word word word
${"y".repeat(80)}
${"y".repeat(10)}
  interface                  encryption  transport           signature  severity
  InitiateMultipartUpload    none or     HTTPS from TLS 1.2  V4         high
  or CopyObject or Other     SSE-S3 →
                             none or
                             SSE-S3 or
                             SSE-KMS
    ${"x".repeat(76)}
    xxxx · row 3
`;
    expect(policyMatrix(policy, 80)).toBe(narrow);
    expect(policyMatrix(policy, 20)).toBe(policyMatrix(policy, 80));
  });

  it.each(SHIPPED)("shows every rule of %s once", (id) => {
    const policy = openPolicy(id);
    const lines = policyMatrix(policy, 80).split("\n");
    for (const rule of policy.rules) {
      expect(
        lines.filter((line) => line === `    ${rule.id}` || line.startsWith(`    ${rule.id} · row `)),
      ).toHaveLength(1);
    }
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("shows nothing of a table's text that a terminal would obey, and fits the terminal", () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom("\u001b", "\u202e", "\n", "\r", "\u0085", " "),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
      maxLength: 300,
    });
    const rule = fc.record({
      interfaces: fc.integer({ min: 1, max: 1023 }),
      source: fc.option(fc.integer({ min: 1, max: 15 })),
      target: fc.integer({ min: 1, max: (1 << ENCRYPTIONS.length) - 1 }),
      transport: fc.constantFrom(HTTP, HTTPS, TLS_1_2, HTTP | HTTPS, HTTP | TLS_1_2),
      signature: fc.integer({ min: 1, max: 7 }),
      severity: fc.constantFrom(...SEVERITIES),
      cite: fc.tuple(hostile, fc.constantFrom("", ", row 1 "), hostile).map((parts) => parts.join("")),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 5 }),
        hostile,
        fc.integer({ min: 0, max: 200 }),
        (rules, id, columns) => {
          const lines = policyMatrix({ ...table(...rules), id }, columns).split("\n");
          expect(lines.join("")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(lines.filter((line) => line.length > Math.max(columns, 80))).toEqual([]);
        },
      ),
    );
  });
});
