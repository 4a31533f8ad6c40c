/** One line of an ops log, as a gateway (16.2.15) writes it. */
export interface OpsLine {
  bucket: string;
  /** ms since `START`. */
  at: number;
  /** ms. */
  took: number;
  user: string;
  operation: string;
  /** Method and target; the query is logged twice. */
  request: string;
  status: number;
  id: string;
  host: string | null;
  /** Authorization. */
  signed: string | null;
  secure: boolean;
  /** False: the gateway logs no headers. */
  logsHeaders: boolean;
  /** False: SERVER_PORT is not among the headers that it logs. */
  logsPort: boolean;
  /** Further headers, by their logged names. */
  headers: Record<string, string>;
}

export const START = Date.UTC(2026, 10, 22, 19);
export const V4_HEADER =
  "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/s3/aws4_request, Signature=2bbc";
export const V2_HEADER = "AWS AKIAIOSFODNN7EXAMPLE:knsivGRJh0KOONLkPxaftYVuL+0=";

export const SSE = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION";
export const CUSTOMER = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_CUSTOMER_ALGORITHM";
export const COPY_SOURCE = "HTTP_X_AMZ_COPY_SOURCE";
export const SOURCE_CUSTOMER = "HTTP_X_AMZ_COPY_SOURCE_SERVER_SIDE_ENCRYPTION_CUSTOMER_ALGORITHM";

const USUAL: OpsLine = {
  bucket: "lab",
  at: 0,
  took: 4,
  user: "tester",
  operation: "get_obj",
  request: "GET /lab/k",
  status: 200,
  id: "tx00000237ecdaea5e867a5-006b033ea4-1014-default",
  host: "127.0.0.1:19080",
  signed: V4_HEADER,
  secure: false,
  logsHeaders: true,
  logsPort: true,
  headers: {},
};

/** A read of `lab/k`, over HTTP and signed with V4, but for what is given. */
export function opsFields(given: Partial<OpsLine> = {}): Record<string, unknown> {
  const line = { ...USUAL, ...given };
  const time = new Date(START + line.at).toISOString().replace("Z", "169Z");
  const [target, query] = splitOnce(line.request, "?");
  return {
    bucket: line.bucket,
    time,
    time_local: time.replace("Z", "+0000"),
    remote_addr: "127.0.0.1",
    user: line.user,
    operation: line.operation,
    uri: `${target}${query === null ? "" : `?${query}?${query}`} HTTP/1.1`,
    http_status: `${line.status}`,
    error_code: "",
    bytes_sent: 0,
    bytes_received: 1,
    object_size: 1,
    total_time: line.took,
    user_agent: "Boto3/1.43.11",
    referrer: "",
    ...(line.logsHeaders ? { http_x_headers: headersOf(line) } : {}),
    trans_id: line.id,
    authentication_type: "Local",
    access_key_id: "AKIAIOSFODNN7EXAMPLE",
    temp_url: false,
  };
}

export function opsLine(given: Partial<OpsLine> = {}): string {
  return JSON.stringify(opsFields(given));
}

function headersOf({ signed, host, secure, logsPort, headers }: OpsLine): Record<string, string>[] {
  const port = host?.split(":")[1] ?? "80";
  const all = {
    ...(signed === null ? {} : { HTTP_AUTHORIZATION: signed }),
    ...(host === null ? {} : { HTTP_HOST: host }),
    ...headers,
    ...(logsPort ? { SERVER_PORT: port } : {}),
    ...(secure ? { SERVER_PORT_SECURE: port } : {}),
  };
  return Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ [name]: value }));
}

function splitOnce(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
