import { CLIENTS } from "./clients.ts";
import { PAYMENTS } from "./week.ts";

const ROWS = [
  ["id", "rule", "bucket", "key", "requester", "until", "reason"],
  [
    "backup-v2",
    "sse-kms.get-object",
    PAYMENTS.name,
    "statements/*",
    CLIENTS.nightlyBackup.requester,
    "2026-06-30",
    '"The tool knows only V2, and is replaced in June. Approved by the CISO on 2026-01-15"',
  ],
  [
    "terminal-uploads",
    "sse-kms.put-object|sse-kms.post-object",
    PAYMENTS.name,
    "statements/terminals/*",
    CLIENTS.terminalGateway.requester,
    "2026-02-04",
    "HTTPS comes with the firmware of 5 February. Approved by the CISO on 2026-01-15",
  ],
  [
    "card-batch",
    "*",
    PAYMENTS.name,
    "cards/tokens/*",
    "arn:aws:sts::111122223333:assumed-role/reconciliation/*",
    "2026-03-31",
    "The batch is being rewritten. Approved by the owner of the service",
  ],
];

/** What the company accepts for a while, as a table for `scan --exceptions`. */
export const EXCEPTIONS = ROWS.map((row) => `${row.join(",")}\n`).join("");
