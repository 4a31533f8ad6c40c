/** The fields of one line as OBS writes them, quotes included. */
export interface Written {
  owner: string;
  bucket: string;
  time: string;
  remoteIp: string;
  requester: string;
  requestId: string;
  operation: string;
  key: string;
  uri: string;
  status: string;
  errorCode: string;
  bytesSent: string;
  objectSize: string;
  totalTime: string;
  turnAround: string;
  referer: string;
  userAgent: string;
  versionId: string;
  /** Everything from the STS log URN on. */
  rest: string;
}

const ACCOUNT = "787f2f92b20943998a4fe2ab75eb09b8";

const READ: Written = {
  owner: ACCOUNT,
  bucket: "records",
  time: "[06/Feb/2026:00:00:38 +0000]",
  remoteIp: "198.51.100.7",
  requester: ACCOUNT,
  requestId: "281599BACAD9376ECE141B842B94535B",
  operation: "REST.GET.OBJECT",
  key: "a/b.txt",
  uri: '"GET /records/a/b.txt HTTP/1.1"',
  status: "200",
  errorCode: "-",
  bytesSent: "211",
  objectSize: "211",
  totalTime: "6",
  turnAround: "5",
  referer: '"-"',
  userAgent: '"HttpClient"',
  versionId: "-",
  rest: "- STANDARD -",
};

/** One line without its end: a signed read in 21 fields, unless told otherwise. */
export function obsLine(given: Partial<Written> = {}): string {
  return Object.values({ ...READ, ...given }).join(" ");
}
