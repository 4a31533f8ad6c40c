import { expect, test } from "vitest";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  GET,
  HTTP,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  UNSIGNED,
  V2,
  V4,
} from "../../lib/facts.ts";
import { type Breach, breachesOf, brokenRules } from "../../lib/findings/broken-rules.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import { BASELINE, judged, TABLES } from "./judged.ts";

const TLS_10 = 0b00010;
const TLS_12 = 0b01000;

interface Case {
  name: string;
  policy: Policy;
  facts: number;
  rules: Record<string, "violation" | "indeterminate">;
  breaches: Breach[];
}

const CASES: Case[] = [
  {
    name: "HTTP",
    policy: TABLES,
    facts: pack(GET, HTTP, V4, 0, SSE_C),
    rules: { "sse-c.object": "violation" },
    breaches: ["plain-http"],
  },
  {
    name: "HTTP with a signature that is not known is a case of HTTP",
    policy: TABLES,
    facts: pack(GET, HTTP, V2 | V4, 0, SSE_KMS),
    rules: { "sse-kms.object": "violation" },
    breaches: ["plain-http"],
  },
  {
    name: "HTTP and V2",
    policy: TABLES,
    facts: pack(GET, HTTP, V2, 0, SSE_KMS),
    rules: { "sse-kms.object": "violation" },
    breaches: ["plain-http", "signature-v2"],
  },
  {
    name: "one of two rules for certain, but not which: the graver first, and all that may have broken them",
    policy: TABLES,
    facts: pack(GET, HTTP, V2, 0, SSE_KMS | SSE_C),
    rules: { "sse-c.object": "indeterminate", "sse-kms.object": "indeterminate" },
    breaches: ["plain-http", "signature-v2"],
  },
  {
    name: "anonymous, perhaps",
    policy: TABLES,
    facts: pack(GET, TLS_12, UNSIGNED, 0, ANY_ENCRYPTION),
    rules: { "sse-c.object": "indeterminate", "sse-kms.object": "indeterminate" },
    breaches: ["anonymous"],
  },
  {
    name: "an old TLS version",
    policy: BASELINE,
    facts: pack(GET, TLS_10, V4, 0, ANY_ENCRYPTION),
    rules: { "baseline.tls": "violation" },
    breaches: ["tls-version"],
  },
  {
    name: "certain before possible, whatever the severity",
    policy: BASELINE,
    facts: pack(PUT, HTTP, V2 | V4, 0, ANY_ENCRYPTION),
    rules: { "baseline.tls": "violation", "baseline.signed-write": "indeterminate" },
    breaches: ["plain-http"],
  },
  {
    name: "nothing known",
    policy: BASELINE,
    facts: pack(PUT, ANY_TRANSPORT, ANY_SIGNATURE, 0, ANY_ENCRYPTION),
    rules: { "baseline.signed-write": "indeterminate", "baseline.tls": "indeterminate" },
    breaches: ["plain-http", "tls-version", "signature-v2", "anonymous"],
  },
];

test.for(CASES)("$name", ({ policy, facts, rules, breaches }) => {
  const broken = brokenRules(judged({ facts }, [policy]).policies[0]!);
  expect(broken.map(({ rule, verdict }) => [rule.id, verdict])).toEqual(Object.entries(rules));
  expect(breachesOf(facts, broken)).toEqual(breaches);
});
