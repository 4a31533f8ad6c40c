import { ANY_TRANSPORT, type Facts, get, HTTP, set } from "../../facts.ts";
import type { Recipient, Source } from "../source.ts";
import { s3AccessLog } from "./index.ts";

/**
 * S3's format from a store behind a proxy that ends TLS: it logs `-` for cipher suite and TLS version whatever the client
 * used, so that only their presence proves anything. Nothing in a log shows this: somebody has to say so.
 */
export const s3AccessLogProxied: Source = {
  id: "s3-access-log-proxied",
  recognises: () => false,
  open: (recipient, options) => s3AccessLog.open(withoutHttp(recipient), options),
};

const REASON = "the store is behind a proxy that ends TLS: that it saw none proves nothing";

/** The reader says HTTP only of a record without cipher suite and TLS version. */
function withoutHttp(recipient: Recipient): Recipient {
  return {
    see: (facts) => recipient.see(opened(facts)),
    judge(record) {
      const facts = opened(record.facts);
      recipient.judge(facts === record.facts ? record : { ...record, facts, reason: REASON });
    },
    malformed: (line) => recipient.malformed(line),
  };
}

function opened(facts: Facts): Facts {
  return get(facts, "transport") === HTTP ? set(facts, "transport", ANY_TRANSPORT) : facts;
}
