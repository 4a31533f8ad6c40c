import { queryParameters } from "../../evidence/query.ts";
import type { LogRecord } from "../../record.ts";
import { decodeFields, textOf } from "../s3-access-log/decode.ts";
import { type Fields, OPERATION, REMOTE_IP, REQUESTER, URI } from "../s3-access-log/fields.ts";
import { factsOf } from "../s3-access-log/record-facts.ts";
import type { Versions } from "./line.ts";

/** The requester of an unsigned request. */
export const ANONYMOUS = "Anonymous";

/** No OBS log has these fields; newer ones in their places are something else. */
const NO_TRANSPORT = { signature: undefined, cipher: undefined, tlsVersion: undefined };

/** No store gives an object such a version id, so that no evidence is found for it. */
const UNCERTAIN_VERSION = "(uncertain)";

const VERSION_PARAMETER = new Set(["versionid"]);
const QUESTION_MARK = 0x3f;

/** What a line proves that `readLine` read without a fault. */
export function lineFacts(bytes: Buffer, fields: Fields): Pick<LogRecord, "facts" | "reason"> {
  const query = bytes.indexOf(QUESTION_MARK, fields.start[URI]);
  return factsOf(
    {
      operation: textOf(bytes, fields, OPERATION)!,
      requester: requesterOf(textOf(bytes, fields, REQUESTER)),
      remoteIp: textOf(bytes, fields, REMOTE_IP),
      // Nothing but its query can tell anything.
      uri: query !== -1 && query < fields.end[URI]! ? textOf(bytes, fields, URI) : null,
    },
    NO_TRANSPORT,
  );
}

/** The whole record of such a line. */
export function recordOf(bytes: Buffer, fields: Fields, versions: Versions, line: number, offset: number): LogRecord {
  const decoded = decodeFields(bytes, fields, line, offset);
  return {
    ...decoded,
    requester: requesterOf(decoded.requester),
    versionId: versionOf(new Set(versions.map(({ start, end }) => bytes.toString("latin1", start, end))), decoded.uri),
    ...lineFacts(bytes, fields),
  };
}

function requesterOf(requester: string | null): string | null {
  return requester === ANONYMOUS ? null : requester;
}

/** The version that the request named. Where the line can be read in more than one way, the request line must name it, too. */
function versionOf(versions: ReadonlySet<string>, uri: string | null): string | null {
  const [version, another] = versions;
  const asked = another === undefined ? version! : versionAsked(uri);
  if (!versions.has(asked)) return UNCERTAIN_VERSION;
  return asked === "-" ? null : asked;
}

/** `-` if none was asked for; nothing that stands in a log if the server may have understood it otherwise. */
function versionAsked(uri: string | null): string {
  const values = queryParameters(uri, VERSION_PARAMETER).get("versionid");
  if (values === undefined) return "-";
  const [value, another] = values;
  const isPlain = uri!.slice(uri!.indexOf("?")).split(/[?& ]/).includes(`versionId=${value}`);
  return another === undefined && isPlain ? value! : "";
}
