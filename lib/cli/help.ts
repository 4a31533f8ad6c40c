/** What stands below the options in each help text. */
export const HELP = `
Examples:
  sealwatch scan examples/logs
  sealwatch scan examples/logs --inventory examples/inventory
  sealwatch explain logs/2026-02-06-00-00-38-0A1B2C3D4E5F6071
  sealwatch policy show obs-sse

Exit codes:
  0 clean · 1 findings (see scan --fail-on) · 2 wrong usage or policy
  3 some input could not be read; the rest was audited`;

export const SCAN_HELP = `
Examples:
  sealwatch scan examples/logs
  sealwatch scan logs/ --policy obs-sse --policy ./ours.csv
  sealwatch scan logs/ --inventory inventory/ --store audit/
  sealwatch scan logs/ --exceptions exceptions.csv --fail-on indeterminate
  sealwatch scan logs/ --jobs 2 --output sarif > sealwatch.sarif
  sealwatch scan s3://my-logs/2026 --store s3://my-findings
  sealwatch scan s3://my-logs --endpoint https://storage.example:9000
  sealwatch scan logs/ --live --live-budget 5000

Objects of a bucket that the store has receipts of are skipped, so the same
command, run again, goes on where it stopped.

A verdict that the logs alone leave open (indeterminate) often becomes definite
with an S3 Inventory of the bucket: pass its manifest with --inventory. Access
logs and CloudTrail's, audited together, settle each other's open records. With
--live the store itself is asked, one HEAD an object, those objects first that
most open records hang on. That takes credentials with s3:GetObject and
s3:GetObjectVersion, reads no byte of any object, and proves nothing of objects
that were replaced since. The buckets' own logs will hold the HEADs.

A table of exceptions is CSV with the columns id, rule, bucket, key, requester,
until and reason. A finding is excepted if each rule that it breaks, or may
break, is covered on the day of the request. Verdicts and what the store keeps
stay the same.`;

export const EXPLAIN_HELP = `
Examples:
  sealwatch explain logs/2026-02-06-00-00-38-0A1B2C3D4E5F6071
  sealwatch explain logs/ | jq 'select(.verdict == "violation")'`;
