import { ENCRYPTIONS, INTERFACES, SIGNATURES, TRANSPORTS } from "../facts.ts";
import { SEVERITIES } from "./policy.ts";

/** What a transport cell may name. TLS versions are min_tls's matter. */
export const PROTOCOLS = ["HTTP", "HTTPS"] as const;

/** `1.0` to `1.3`, in the order of the HTTPS bits. */
export const TLS_VERSIONS = TRANSPORTS.slice(1).map((name) => name.slice("TLSv".length));

const several = (names: readonly string[]) => `${names.join(", ")} (several joined by |), or * alone for any`;

/** What should stand in a place of a table, and something valid that could. */
export interface Expectation {
  expected: string;
  example: string;
}

/** A kind of table. */
export interface Shape<Name extends string> {
  /** What each column holds, in the header's order. */
  cells: Record<Name, Expectation>;
  /** How many columns there are, in words. */
  count: string;
  exampleRow: string;
  /** What there must be at least one of; `null` where a header alone will do. */
  needs: string | null;
}

const CELLS = {
  id: { expected: "lower-case words joined by - or ., at most 80 characters", example: "sse-c.put-object" },
  interface: { expected: several(INTERFACES), example: "PutObject|UploadPart" },
  source: { expected: several(ENCRYPTIONS), example: "none|SSE-S3" },
  target: { expected: several(ENCRYPTIONS), example: "SSE-C" },
  transport: { expected: several(PROTOCOLS), example: "HTTPS" },
  signature: { expected: several(SIGNATURES), example: "V2|V4" },
  min_tls: { expected: `${TLS_VERSIONS.join(", ")}, or an empty cell for any`, example: "1.2" },
  severity: { expected: SEVERITIES.join(", "), example: "high" },
  title: { expected: "one sentence on what the rule demands", example: "Uploads must use HTTPS." },
  cite: { expected: "where the rule stands in a document", example: "Security handbook 4.2" },
} satisfies Record<string, Expectation>;

export type Column = keyof typeof CELLS;
export const COLUMNS = Object.keys(CELLS) as Column[];
export const HEADER = COLUMNS.join(",");
export const EXAMPLE_ROW =
  "sse-c.put-object,PutObject,*,SSE-C,HTTPS,V2|V4,1.2,high,Uploads must use HTTPS.,Security handbook 4.2";

export const DECISION_TABLE: Shape<Column> = { cells: CELLS, count: "ten", exampleRow: EXAMPLE_ROW, needs: "rule" };

export function columnsOf<Name extends string>({ cells }: Shape<Name>): Name[] {
  return Object.keys(cells) as Name[];
}
