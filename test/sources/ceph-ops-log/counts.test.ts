import fc from "fast-check";
import { expect, test } from "vitest";
import { auditInto } from "../../../lib/audit.ts";
import { openPolicy } from "../../../lib/policy/shipped.ts";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import { createTally } from "../../../lib/tally.ts";
import {
  COPY_SOURCE,
  CUSTOMER,
  type OpsLine,
  opsLine,
  SOURCE_CUSTOMER,
  SSE,
  V2_HEADER,
  V4_HEADER,
} from "./ops-line.ts";

const POLICIES = [openPolicy("obs-sse")];

const action: fc.Arbitrary<Partial<OpsLine>> = fc.constantFrom(
  ...[
    { operation: "put_obj", request: "PUT /lab/k" },
    { operation: "get_obj", request: "GET /lab/k" },
    { operation: "get_obj", request: "HEAD /lab/k" },
    { operation: "copy_obj", request: "PUT /lab/l", headers: { [COPY_SOURCE]: "lab/k" } },
    { operation: "init_multipart", request: "POST /lab/k?uploads" },
    { operation: "put_obj", request: "PUT /lab/k?uploadId=u&partNumber=1" },
    { operation: "put_obj", request: "PUT /lab/k?uploadId=v&partNumber=1", headers: { [COPY_SOURCE]: "lab/l" } },
    { operation: "complete_multipart", request: "POST /lab/k?uploadId=u" },
    { operation: "delete_obj", request: "DELETE /lab/k" },
    { operation: "multi_object_delete", request: "POST /lab?delete" },
  ],
);
const encryption = fc.constantFrom<Record<string, string>>(
  {},
  { [SSE]: "aws:kms" },
  { [SSE]: "AES256" },
  { [CUSTOMER]: "AES256" },
  { [SOURCE_CUSTOMER]: "AES256" },
);
const line = fc
  .tuple(
    action,
    encryption,
    fc.record({
      at: fc.nat({ max: 40 }),
      took: fc.nat({ max: 10 }),
      secure: fc.boolean(),
      signed: fc.constantFrom(V2_HEADER, V4_HEADER),
      status: fc.constantFrom(200, 200, 200, 400, 404, 500),
    }),
  )
  .map(([action, headers, rest]) => opsLine({ ...action, ...rest, headers: { ...action.headers, ...headers } }));

test("an audit counts alike whether or not every record is looked at", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      const counts = [true, false].map((everyRecord) => {
        const tally = createTally();
        const reader = cephOpsLog.open(auditInto(tally, { policies: POLICIES, resolvers: [], everyRecord }));
        reader.push(Buffer.from(lines.join("\n")));
        reader.end();
        return tally.counts().facts.sort(([a], [b]) => a - b);
      });
      expect(counts[1]).toEqual(counts[0]);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 1000) },
  );
});
