/** What one line of an ops log says, as far as facts rest on it. */
export interface Entry {
  bucket: string;
  /** When the request began, ms since 1970. */
  time: number;
  /** How long it took, ms. */
  totalTime: number;
  /** Empty or `anonymous` where nobody signed. */
  user: string;
  operation: string;
  /** Method, target and protocol as the client wrote them, with the query appended once more. */
  uri: string;
  status: number;
  requestId: string;
  headers: LoggedHeaders;
}

/** What a gateway logs of the request's headers if `rgw_log_http_headers` names them; `null`: not logged, not sent, or empty. */
export interface LoggedHeaders {
  /** The gateway's own, as is the next. */
  hasServerPort: boolean;
  hasSecurePort: boolean;
  /** Of Authorization no more than this: the rest is a secret. */
  authorization: Authorization | null;
  host: string | null;
  encryption: string | null;
  customerAlgorithm: string | null;
  copySource: string | null;
  copySourceCustomerAlgorithm: string | null;
}

export type Authorization = "V2" | "V4" | "unknown";

export const HEADER_NAMES: Readonly<Record<keyof LoggedHeaders, string>> = {
  hasServerPort: "SERVER_PORT",
  hasSecurePort: "SERVER_PORT_SECURE",
  authorization: "HTTP_AUTHORIZATION",
  host: "HTTP_HOST",
  encryption: "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION",
  customerAlgorithm: "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_CUSTOMER_ALGORITHM",
  copySource: "HTTP_X_AMZ_COPY_SOURCE",
  copySourceCustomerAlgorithm: "HTTP_X_AMZ_COPY_SOURCE_SERVER_SIDE_ENCRYPTION_CUSTOMER_ALGORITHM",
};

/** What a record holds, and no fact rests on. */
export interface Details {
  remoteIp: string | null;
  errorCode: string | null;
  userAgent: string | null;
  referer: string | null;
}

/** `PUT /bucket/key HTTP/1.1`; the protocol may be missing. */
export const REQUEST_LINE = /^\S+ \S/;
