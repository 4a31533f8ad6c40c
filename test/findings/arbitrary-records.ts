import fc from "fast-check";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  FACT_NAMES,
  type Facts,
  OFF_NETWORK,
  pack,
} from "../../lib/facts.ts";
import type { LogRecord } from "../../lib/record.ts";

const HOSTILE = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[\ud800-\udfff\u2028\u0085\u202e\u200b%"\\\n\r{}[\]<>&=]{0,12}$/),
  fc.constantFrom("-", "", 'x" 200 - "', "\u0000", "[a](http://b)", "{0}"),
);
const MAYBE = fc.option(HOSTILE);

/** Facts with no empty set: such as a source can give. */
export const FACTS: fc.Arbitrary<Facts> = fc
  .tuple(
    fc.nat(OFF_NETWORK - 1),
    fc.integer({ min: 1, max: ANY_TRANSPORT }),
    fc.integer({ min: 1, max: ANY_SIGNATURE }),
    fc.integer({ min: 1, max: ANY_ENCRYPTION }),
    fc.integer({ min: 1, max: ANY_ENCRYPTION }),
  )
  .map((sets) => pack(...sets));

const NARROWING = fc.record({
  fact: fc.constantFrom(...FACT_NAMES),
  values: fc.integer({ min: 1, max: 15 }),
  by: fc.constant("s3-inventory"),
  detail: HOSTILE,
});

/** Records whose every text is hostile. */
export const RECORDS: fc.Arbitrary<LogRecord> = fc.record({
  line: fc.integer({ min: 1, max: 1e9 }),
  offset: fc.nat(),
  facts: FACTS,
  evidence: fc.array(NARROWING, { maxLength: 2 }),
  time: fc.integer({ min: 0, max: 4e12 }),
  requestId: HOSTILE,
  operation: HOSTILE,
  bucket: HOSTILE,
  key: MAYBE,
  versionId: MAYBE,
  copySource: fc.option(fc.record({ bucket: HOSTILE, key: HOSTILE, versionId: MAYBE })),
  bucketOwner: MAYBE,
  requester: MAYBE,
  remoteIp: fc.oneof(MAYBE, fc.ipV4(), fc.ipV6(), fc.constant("fe80::1%eth0")),
  uri: fc.oneof(
    MAYBE,
    HOSTILE.map((target) => `GET /${target} HTTP/1.1`),
  ),
  status: fc.option(fc.integer({ min: 100, max: 599 })),
  errorCode: MAYBE,
  referer: MAYBE,
  userAgent: MAYBE,
  cipher: MAYBE,
  tlsVersion: MAYBE,
  host: MAYBE,
  authType: MAYBE,
  reason: MAYBE,
});
