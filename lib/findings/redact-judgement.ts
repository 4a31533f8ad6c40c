import type { Judgement } from "../audit.ts";
import type { Narrowing } from "../evidence/evidence.ts";
import type { LogRecord } from "../record.ts";
import { redact } from "./redact.ts";

/** The same judgement, with every text that came from a log redacted: what is made of it holds no secret. */
export function redactJudgement(judgement: Judgement): Judgement {
  return {
    ...judgement,
    record: redactTexts(judgement.record),
    evidence: judgement.evidence.map(redactDetail),
    contradictions: judgement.contradictions.map(redactDetail),
  };
}

function redactTexts(record: LogRecord): LogRecord {
  const { copySource } = record;
  return { ...strings(record), copySource: copySource && strings(copySource) };
}

function strings<T extends object>(value: T): T {
  const copy = { ...value };
  for (const name in copy) {
    const text: unknown = copy[name];
    if (typeof text === "string") copy[name] = redact(text) as (typeof copy)[typeof name];
  }
  return copy;
}

function redactDetail(narrowing: Narrowing): Narrowing {
  return { ...narrowing, detail: redact(narrowing.detail) };
}
