import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectVersion } from "../../record.ts";
import { hasStatus } from "../../s3/reason.ts";
import { type HeadAnswer, headObject } from "./head.ts";
import type { Live, LiveHead, LiveReport, WantedObject } from "./live.ts";

export interface HeadOptions {
  client: S3Client;
  /** The most objects that are asked about. */
  budget: number;
  /** Ms since 1970. */
  now: () => number;
  signal?: AbortSignal | undefined;
}

/** HEADs under way at once. */
export const HEADS_AT_ONCE = 16;

type Answered = Exclude<HeadAnswer, { kind: "unreachable" }>;

const UNCONFIRMED = {
  kind: "silent",
  reason: "HTTP 400: the bucket is refused as well; check the credentials and --region",
  isFinal: false,
} as const;

/** Live HEADs by this client. Nothing is sent before there is something to ask. */
export function liveHeads({ client, budget, now, signal }: HeadOptions): Live {
  async function ask(objects: readonly ObjectVersion[]) {
    const answers: { object: ObjectVersion; at: number; answer: Answered }[] = [];
    let problem: string | null = null;
    let next = 0;
    async function runLane(): Promise<void> {
      while (next < objects.length && problem === null) {
        const object = objects[next++]!;
        const at = now();
        const answer = await headObject(client, object, signal);
        if (answer.kind === "unreachable") problem ??= answer.reason;
        else answers.push({ object, at, answer });
      }
    }
    await Promise.all(Array.from({ length: HEADS_AT_ONCE }, runLane));
    return { answers, problem };
  }

  /**
   * Whether requests for this bucket are refused whatever they are about: credentials that have expired, another region. Asked
   * last, because credentials that are good now were good before.
   */
  async function isRefused(bucket: string): Promise<boolean> {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket }), { ...(signal && { abortSignal: signal }) });
      return false;
    } catch (error) {
      signal?.throwIfAborted();
      // Forbidden or not, it is another matter than a bad request.
      return !(hasStatus(error, 403) || hasStatus(error, 404));
    }
  }

  return {
    async fetch(wanted) {
      const ranked = wanted.toSorted((a, b) => b.records - a.records).map(({ object }) => object);
      const { answers, problem } = await ask(ranked.slice(0, budget));
      const suspects = new Set(
        answers.flatMap(({ object, answer }) => (answer.kind === "refused" ? object.bucket : [])),
      );
      const refused = new Set<string>();
      for (const bucket of suspects) if (await isRefused(bucket)) refused.add(bucket);
      const heads = answers.map(({ object, at, answer }) => ({
        object,
        at,
        answer: confirmed(answer, refused.has(object.bucket)),
      }));
      return { heads, report: reportOf(wanted, heads, problem) };
    },
  };
}

function confirmed(answer: Answered, isBucketRefused: boolean): LiveHead["answer"] {
  if (answer.kind !== "refused") return answer;
  return isBucketRefused ? UNCONFIRMED : { kind: "locked" };
}

function reportOf(wanted: readonly WantedObject[], heads: readonly LiveHead[], problem: string | null): LiveReport {
  const unproved = new Map<string, number>();
  for (const { answer } of heads) {
    if (answer.kind === "silent") unproved.set(answer.reason, (unproved.get(answer.reason) ?? 0) + 1);
  }
  return {
    asked: heads.length,
    notAsked: wanted.length - heads.length,
    unproved: [...unproved]
      .map(([reason, objects]) => ({ reason, objects }))
      .sort((a, b) => b.objects - a.objects || (a.reason < b.reason ? -1 : 1)),
    problem,
  };
}
