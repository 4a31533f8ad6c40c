import fc from "fast-check";
import { expect, test } from "vitest";
import { createAlertGroups, groupFindings } from "../../lib/alerts/group-findings.ts";
import { messageAttributes } from "../../lib/alerts/message-attributes.ts";
import { finding, HOUR } from "./findings.ts";
import { hostileGroups } from "./hostile-texts.ts";

const string = (StringValue: string) => ({ DataType: "String", StringValue });

test("alerts can be filtered by severity, rule and bucket", () => {
  const [group] = groupFindings([finding({ severity: 5 })], HOUR);
  expect(messageAttributes(group!)).toEqual({
    severity: string("critical"),
    rule: string("sse-c.put-object"),
    bucket: string("photos"),
  });
});

test("what has no bucket has an attribute all the same", () => {
  const [group] = groupFindings([{ ...finding(), resources: [] }], HOUR);
  expect(messageAttributes(group!).bucket).toEqual(string("none"));
});

test("what is no one group is of others", () => {
  const groups = createAlertGroups({ windowMs: HOUR, maxGroups: 0 });
  groups.add(finding());
  expect(messageAttributes(groups.groups()[0]!)).toEqual({
    severity: string("high"),
    rule: string("others"),
    bucket: string("others"),
  });
});

test("hostile values are still values", () => {
  fc.assert(
    fc.property(hostileGroups, (groups) => {
      for (const { StringValue } of groups.flatMap((group) => Object.values(messageAttributes(group)))) {
        expect(StringValue).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u);
      }
    }),
  );
});
