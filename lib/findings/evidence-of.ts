import { isIP } from "node:net";
import type { Judgement } from "../audit.ts";
import type { Narrowing } from "../evidence/evidence.ts";
import { FACT_NAMES, type FactName, type Facts, get, interfaceName, UNSIGNED } from "../facts.ts";
import type { Verdict } from "../policy/policy.ts";
import { isServed, type LogRecord } from "../record.ts";
import type { LogObject } from "../stores/log-object.ts";
import type { Evidence, EvidenceData, Provenance } from "./compliance-finding.ts";
import { isMissing } from "./finding-uid.ts";
import { keyExposure } from "./key-exposure.ts";
import { NAMES_OF, tlsNames } from "./words.ts";

/** OCSF's `ip_t`; longer spellings of an address exist. */
const LONGEST_IP = 40;

/** The request and all that is known of it, as a finding's evidence. The judgement must be redacted. */
export function evidenceOf(
  judgement: Judgement,
  verdict: Verdict,
  missing: readonly FactName[],
  object: LogObject,
): Evidence {
  const { record, facts } = judgement;
  const requester = record.requester ?? (get(facts, "signature") === UNSIGNED ? "anonymous" : null);
  return {
    api: apiOf(record),
    ...(isPlausibleIp(record.remoteIp) && { src_endpoint: { ip: record.remoteIp } }),
    ...(requester !== null && { actor: { user: { uid: requester } } }),
    ...httpRequestOf(record),
    ...(record.status !== null && { http_response: { code: record.status } }),
    ...tlsOf(record),
    data: dataOf(judgement, verdict, missing, object),
  };
}

function apiOf(record: LogRecord): Evidence["api"] {
  const { operation, requestId, status, errorCode } = record;
  return {
    operation,
    service: { name: "s3" },
    ...(!isMissing(requestId) && { request: { uid: requestId } }),
    ...((status !== null || errorCode !== null) && {
      response: { ...(status !== null && { code: status }), ...(errorCode !== null && { error: errorCode }) },
    }),
  };
}

function isPlausibleIp(ip: string | null): ip is string {
  return ip !== null && ip.length <= LONGEST_IP && isIP(ip) !== 0;
}

function httpRequestOf({ uri, userAgent, referer }: LogRecord): Pick<Evidence, "http_request"> {
  if (uri === null && userAgent === null && referer === null) return {};
  const line = uri?.match(/^([A-Z]{1,16}) (.*) HTTP\/(\d(?:\.\d)?)$/s);
  const target = line ? line[2]! : uri;
  return {
    http_request: {
      ...(line && { http_method: line[1]! }),
      ...(target !== null && { url: { url_string: target } }),
      ...(line && { version: line[3]! }),
      ...(userAgent !== null && { user_agent: userAgent }),
      ...(referer !== null && { referrer: referer }),
    },
  };
}

function tlsOf({ tlsVersion, cipher }: LogRecord): Pick<Evidence, "tls"> {
  if (tlsVersion === null && cipher === null) return {};
  return { tls: { version: tlsVersion ?? "unknown", ...(cipher !== null && { cipher }) } };
}

function dataOf(judgement: Judgement, verdict: Verdict, missing: readonly FactName[], object: LogObject): EvidenceData {
  const { record, facts } = judgement;
  const exposure = keyExposure(judgement);
  return {
    verdict,
    interface: interfaceName(facts)!,
    facts: factNames(facts),
    outcome: outcomeOf(record),
    ...(exposure && { key_exposure: exposure }),
    missing: [...missing],
    evidence: judgement.evidence.map(provenanceOf),
    contradictions: judgement.contradictions.map(provenanceOf),
    ...(record.reason !== null && { reason: record.reason }),
    log: { bucket: object.bucket, key: object.key, line: record.line, offset: record.offset },
  };
}

function factNames(facts: Facts): EvidenceData["facts"] {
  const [transport, signature, source, target] = FACT_NAMES.map((name) => NAMES_OF[name](get(facts, name)));
  return {
    transport: transport!,
    tls: tlsNames(get(facts, "transport")),
    signature: signature!,
    source: source!,
    target: target!,
  };
}

function outcomeOf(record: LogRecord): EvidenceData["outcome"] {
  const served = isServed(record);
  if (served === null) return "unknown";
  return served ? "served" : "refused";
}

function provenanceOf({ fact, values, by, detail }: Narrowing): Provenance {
  return { fact, values: NAMES_OF[fact](values), by, detail };
}
