import type { FactName, Facts } from "../facts.ts";
import type { LogRecord } from "../record.ts";

/** One piece of evidence that narrows one fact. */
export interface Narrowing {
  fact: FactName;
  /** The values that the evidence leaves possible, as bits. */
  values: number;
  /** Which resolver says so: `presigned-query`, `s3-inventory`. */
  by: string;
  /** Where it came from, one sentence, without secrets. */
  detail: string;
}

/**
 * Something that can narrow the facts of a suspicious record. Resolvers are asked twice: while the logs are read for
 * the first time they note what they will need (`ask`), then they fetch it, then the logs are judged (`resolve`).
 * A resolver that needs nothing but the record has no `ask`.
 */
export interface Resolver {
  readonly id: string;
  /** It may contradict what is known, so that it hears also of decided records: those that break a rule, or all (`Judge.everyRecord`). */
  readonly contradicts?: true;
  /** Notes what this record needs. Called only for records whose verdict the open facts could change, and as `contradicts` says. */
  ask?(record: LogRecord, facts: Facts): void;
  /** What is known about this record. Never throws; silence is an empty array. */
  resolve(record: LogRecord, facts: Facts): Narrowing[];
}
