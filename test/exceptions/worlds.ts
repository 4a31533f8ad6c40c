import fc from "fast-check";
import type { Exception } from "../../lib/exceptions/exception.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";

/** 2026-02-06, the last day of the exceptions below. */
export const NOON = Date.UTC(2026, 1, 6, 12);
const DAY = 86_400_000;

export const IMPORTER: Exception = {
  id: "importer",
  rules: ["a.put", "a.get"],
  bucket: "photos",
  key: "imports/*",
  requester: "user/ann",
  until: "2026-02-06",
  reason: "Approved.",
};

export interface Request {
  rules?: readonly string[];
  bucket?: string | null;
  key?: string | null;
  requester?: string | null;
  time?: number;
  line?: number;
  verdict?: "violation" | "indeterminate";
  exposure?: "exposed" | "possible";
}

/** A finding, as far as exceptions look at it. */
export function found(request: Request = {}): ComplianceFinding {
  const { rules = ["a.put"], bucket = "photos", key = "imports/1.csv", requester = "user/ann" } = request;
  const { time = NOON, line = 1, verdict = "violation", exposure } = request;
  const object = (name: string, role: string) => ({ uid: name, type: "Object", name, role });
  const resources = [
    ...(key === null ? [] : [object(key, "Target")]),
    object("imports/copied.csv", "Related"),
    ...(bucket === null ? [] : [{ uid: bucket, type: "Bucket", name: bucket, role: "Target" }]),
  ];
  return {
    time,
    status_id: 1,
    status: "New",
    compliance: {
      status: verdict === "violation" ? "Fail" : "Warning",
      checks: rules.map((uid) => ({ uid })),
    },
    resources,
    evidences: [
      {
        ...(requester !== null && { actor: { user: { uid: requester } } }),
        data: {
          ...(exposure && { key_exposure: exposure }),
          log: { bucket: "logs", key: "1", line, offset: line * 100 },
        },
      },
    ],
  } as unknown as ComplianceFinding;
}

const RULES = ["a.put", "a.get", "b.put"];
/** So few letters that much of it meets. */
const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), minLength: 1, maxLength: 3 });
export const TEXTS = fc.option(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }), { nil: null });
export const PATTERNS = fc.oneof(
  fc.constant("*"),
  text.map((each) => each.replace(/\*(?!$)/g, "a")),
);

export const EXCEPTIONS: fc.Arbitrary<Exception[]> = fc
  .array(
    fc.record({
      rules: fc.option(fc.subarray(RULES, { minLength: 1 }), { nil: null }),
      bucket: PATTERNS,
      key: PATTERNS,
      requester: PATTERNS,
      until: fc.constantFrom("2026-02-05", "2026-02-06", "2026-02-07"),
    }),
    { maxLength: 6 },
  )
  .map((rows) => rows.map((row, i) => ({ ...row, id: `e${i}`, reason: "r" })));

const finding: fc.Arbitrary<Request> = fc.record({
  rules: fc.subarray(RULES, { minLength: 1 }),
  bucket: TEXTS,
  key: TEXTS,
  requester: TEXTS,
  time: fc.constantFrom(NOON - DAY, NOON, NOON + DAY),
  verdict: fc.constantFrom("violation", "indeterminate"),
  exposure: fc.constantFrom(undefined, "possible", "exposed"),
}) as fc.Arbitrary<Request>;

/** Records, each with the findings of some policies. */
export const RECORDS: fc.Arbitrary<ComplianceFinding[][]> = fc
  .array(fc.array(finding, { minLength: 1, maxLength: 3 }), { maxLength: 8 })
  .map((records) => records.map((requests, i) => requests.map((request) => found({ ...request, line: i + 1 }))));
