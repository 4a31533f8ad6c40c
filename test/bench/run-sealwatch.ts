import { auditInto } from "../../lib/audit.ts";
import { get, HTTP, interfaceCode, OFF_NETWORK, V2 } from "../../lib/facts.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";
import { s3AccessLog } from "../../lib/sources/s3-access-log/index.ts";
import { createTally } from "../../lib/tally.ts";
import { contend, readChunks } from "./contender.ts";

const policies = [openPolicy("obs-sse")];

await contend((files) => {
  const tally = createTally();
  const recipient = auditInto(tally, { policies, resolvers: [] });
  for (const file of files) {
    const reader = s3AccessLog.open(recipient);
    readChunks(file, reader.push);
    reader.end();
  }
  const { facts, malformed } = tally.counts();
  let lines = malformed;
  let exposed = 0;
  for (const [key, n] of facts) {
    lines += n;
    // Rows that crossed no network have `-` for a TLS version too.
    const noTls = interfaceCode(key) === OFF_NETWORK || get(key, "transport") === HTTP;
    if (noTls || get(key, "signature") === V2) exposed += n;
  }
  return { lines, exposed };
});
