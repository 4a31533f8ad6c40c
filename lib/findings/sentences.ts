import type { Judgement, PolicyJudgement } from "../audit.ts";
import { ANY_ENCRYPTION, GET, get, HEAD, interfaceCode, interfaceName, isCopy, OTHER } from "../facts.ts";
import { isServed, type LogRecord } from "../record.ts";
import { printable } from "../report/printable.ts";
import type { BrokenRule } from "./broken-rules.ts";
import { keyExposure } from "./key-exposure.ts";
import { encryptionWords, or, signatureWords, transportWords } from "./words.ts";

const EXPOSURE = {
  exposed: "An SSE-C key crossed the network over plain HTTP: the key is exposed.",
  possible: "The request came over plain HTTP, and SSE-C is among the possible encryptions: the key may be exposed.",
};

/** `GetObject of s3://bucket/key over HTTP with signature V4` */
export function titleOf({ record, facts }: Judgement): string {
  const operation = interfaceCode(facts) < OTHER ? interfaceName(facts) : record.operation;
  const place = placeOf(record);
  const request = place === null ? operation : `${operation} of ${place}`;
  const how = `over ${transportWords(get(facts, "transport"))} with ${signatureWords(get(facts, "signature"))}`;
  return printable(`${request} ${how}`);
}

/** What happened and which rules it bears on, for people: the title, and all that it leaves out. */
export function description(judgement: Judgement, { policy, verdict }: PolicyJudgement, broken: BrokenRule[]): string {
  const exposure = keyExposure(judgement);
  const sentences = [
    `${[titleOf(judgement), ...encryptionClauses(judgement)].join("; ")}.`,
    outcomeSentence(judgement.record),
    breachSentence(policy.id, verdict === "violation", broken),
    ...(exposure ? [EXPOSURE[exposure]] : []),
  ];
  return sentences.join(" ");
}

/** The object as a URI, its key as it is; the bucket alone for what has no key; `null` for what concerns no bucket. */
export function placeOf({ bucket, key }: Pick<LogRecord, "bucket" | "key">): string | null {
  if (bucket === "" || bucket === "-") return null;
  return key === null ? `s3://${bucket}` : `s3://${bucket}/${key}`;
}

function encryptionClauses({ record, facts }: Judgement): string[] {
  const code = interfaceCode(facts);
  const target = get(facts, "target");
  if (code === OTHER && target === ANY_ENCRYPTION) return [];
  const writes = code < OTHER && code !== HEAD && code !== GET;
  // What a refused write asked for was never made.
  const was = writes && isServed(record) === false ? "was to be" : "is";
  if (!isCopy(code)) return [encryptionClause("the object", was, target)];
  return [encryptionClause("the source", "is", get(facts, "source")), encryptionClause("the target", was, target)];
}

function encryptionClause(what: string, is: string, bits: number): string {
  return bits === ANY_ENCRYPTION ? `the encryption of ${what} is not known` : `${what} ${is} ${encryptionWords(bits)}`;
}

function outcomeSentence(record: LogRecord): string {
  const served = isServed(record);
  if (served === null) return "The log does not say whether the server carried it out.";
  if (served) return `The server carried it out (${record.status}).`;
  return printable(
    `The server refused it (${[record.status, ...(record.errorCode ? [record.errorCode] : [])].join(" ")}).`,
  );
}

function breachSentence(policy: string, violated: boolean, broken: BrokenRule[]): string {
  if (broken.length === 0) return printable(`It breaks no rule of policy ${policy}.`);
  const certain = broken.filter(({ verdict }) => verdict === "violation");
  if (certain.length > 0) return printable(`It breaks ${and(idsOf(certain))} of policy ${policy}.`);
  return printable(`It ${violated ? "breaks" : "may break"} ${or(idsOf(broken))} of policy ${policy}.`);
}

function idsOf(broken: BrokenRule[]): string[] {
  return broken.map(({ rule }) => rule.id);
}

function and(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
