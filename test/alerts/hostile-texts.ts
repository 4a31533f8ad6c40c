import fc from "fast-check";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { finding, HOUR } from "./findings.ts";

/** Pieces that a mail program, a chat program or SNS gives a meaning to. */
const PIECES = [
  "http://evil.example/",
  "HTTPS://evil.example",
  "www.evil.example",
  "admin@evil.example",
  "<!channel>",
  "<@U012AB3CD>",
  "<https://evil.example|s3>",
  "[here](https://evil.example)",
  "&lt;!here&gt;",
  "`code`",
  "*bold*",
  "_italic_",
  "~gone~",
  ":tada:",
  "\r\nSubject: x",
  "\u0000\u001b[2J\u202e\u200b\u2028",
  "\ud800",
  "😀ü漢",
  "a".repeat(200),
  " ",
];

const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary" })), { maxLength: 6 })
  .map((parts) => parts.join(""));

/** Groups all of whose texts were written by somebody who means harm. */
export const hostileGroups = fc
  .array(
    fc.record({
      uid: fc.uuid(),
      rule: hostileText,
      bucket: hostileText,
      requester: hostileText,
      title: hostileText,
      remedy: hostileText,
      exposure: fc.constantFrom("exposed" as const, "possible" as const, undefined),
      verdict: fc.constantFrom("violation" as const, "indeterminate" as const),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    groupFindings(
      all.map(({ exposure, ...rest }) => finding({ ...rest, ...(exposure && { exposure }) })),
      HOUR,
    ),
  );
