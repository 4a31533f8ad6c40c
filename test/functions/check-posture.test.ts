import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { startS3 } from "../support/s3-server.ts";
import { startSns } from "../support/sns-server.ts";
import { container, environmentOf, FINDINGS } from "./called.ts";
import { created, sqsEvent } from "./recorded.ts";

const ENCRYPTED =
  "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>";

test.each(["my-logs,other-logs", "my-*"])(
  "what the buckets of the account lack becomes findings and alerts, once: %s",
  async (logBuckets) => {
    const s3 = await startS3("photos", "my-logs", FINDINGS);
    for (const bucket of ["photos", "my-logs", FINDINGS]) s3.settings.set(bucket, { encryption: ENCRYPTED });
    const check = await container(() => import("../../functions/check-posture.ts"), {
      ...environmentOf(s3.endpoint),
      LOG_BUCKETS: logBuckets,
    });
    const { response, log } = await check({ scheduled: "2026-02-06T05:15:00Z" });
    expect(response).toEqual({ buckets: 3, findings: 4 });
    expect(log).toEqual([expect.objectContaining({ message: "checked", buckets: 3, findings: 4 })]);

    const [key, other] = Object.keys(s3.contents(FINDINGS));
    expect(key).toMatch(/^findings\/dt=2026-02-06\/ACCOUNT\/[0-9a-f]{32}\.ndjson\.gz$/);
    expect(other).toBe("reports/posture.json");
    const lines = gunzipSync(s3.buckets.get(FINDINGS)!.get(key!)!.bytes).toString().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      `s3://${FINDINGS}: there is no bucket policy`,
      "s3://my-logs: there is no bucket policy",
      "s3://photos: server access logging is off",
      "s3://photos: there is no bucket policy",
    ]);
    expect((await check({ scheduled: "2026-02-07T05:15:00Z" })).response).toEqual({ buckets: 3, findings: 0 });

    const sns = await startSns();
    const alerts = await container(
      () => import("../../functions/publish-alerts.ts"),
      environmentOf(s3.endpoint, sns.endpoint),
    );
    await alerts(sqsEvent(created(FINDINGS, key!)));
    expect(sns.published.flatMap(({ subject }) => subject ?? []).sort()).toEqual([
      `[Sealwatch] HIGH: bucket ${FINDINGS} breaks rule posture.tls-only`,
      "[Sealwatch] HIGH: bucket my-logs breaks rule posture.tls-only",
      "[Sealwatch] HIGH: bucket photos breaks rule posture.tls-only",
      "[Sealwatch] MEDIUM: bucket photos breaks rule posture.access-logging",
    ]);
  },
);
