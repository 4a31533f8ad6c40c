import { type AlertGroup, countOf } from "./alert-group.ts";

/**
 * `1,204 requests broke rule sse-c.get-object in bucket my-bucket, and 3 more may have`, or
 * `bucket my-bucket breaks rule posture.tls-only`, without the full stop.
 */
export function headline(group: AlertGroup): string {
  const { of, violations, indeterminate } = group;
  if (of?.isSetting) return `bucket ${of.bucket} ${violations > 0 ? "breaks" : "may break"} rule ${of.rule}`;
  const rule = of === null ? "rules, in more groups than have an alert of their own" : `rule ${of.rule} ${placeOf(of)}`;
  if (violations === 0) return `${requests(indeterminate)} may have broken ${rule}`;
  const more = indeterminate === 0 ? "" : `, and ${number(indeterminate)} more may have`;
  return `${requests(violations)} broke ${rule}${more}`;
}

/** What to do, one sentence each, without repeats. */
export function whatToDo({ samples }: AlertGroup): string[] {
  return [...new Set(samples.flatMap(({ remedy }) => (remedy === null ? [] : [remedy])))];
}

/** Sentences on customer keys that are no secret any more. */
export function exposures({ keysExposed, keysPossiblyExposed }: AlertGroup): string[] {
  return [
    ...(keysExposed > 0
      ? [`${requests(keysExposed)} sent a customer key (SSE-C) over plain HTTP: the key is exposed.`]
      : []),
    ...(keysPossiblyExposed > 0
      ? [`${requests(keysPossiblyExposed)} may have sent a customer key over plain HTTP.`]
      : []),
  ];
}

/** `5 of 1,207` */
export function sampleCount(group: AlertGroup): string {
  return `${number(group.samples.length)} of ${number(countOf(group))}`;
}

/** `2026-02-06 00:00:38 UTC` */
export function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function placeOf({ bucket }: NonNullable<AlertGroup["of"]>): string {
  return bucket === null ? "outside any bucket" : `in bucket ${bucket}`;
}

function requests(n: number): string {
  return n === 1 ? "1 request" : `${number(n)} requests`;
}

function number(n: number): string {
  return n.toLocaleString("en-US");
}
