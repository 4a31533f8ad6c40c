/** Statuses that S3 documents for its error codes. */
const STATUSES = new Map(
  (
    [
      [403, "AccessDenied AccountProblem AllAccessDisabled InvalidAccessKeyId InvalidObjectState InvalidPayer"],
      [403, "NotSignedUp RequestTimeTooSkewed SignatureDoesNotMatch VpceAccessDenied"],
      [404, "NoSuchBucket NoSuchKey NoSuchUpload NoSuchVersion"],
      [405, "MethodNotAllowed"],
      [409, "BucketAlreadyExists BucketNotEmpty OperationAborted"],
      [411, "MissingContentLength"],
      [412, "PreconditionFailed"],
      [416, "InvalidRange"],
      [500, "InternalError InternalFailure"],
      [501, "NotImplemented"],
      [503, "ServiceUnavailable SlowDown"],
    ] as const
  ).flatMap(([status, codes]) => codes.split(" ").map((code) => [code, status] as const)),
);

/** CloudTrail logs no status. An event without an error code was served, 200; a refused one has its code's status, or 400. */
export function statusOf(errorCode: string | null): number {
  return errorCode === null ? 200 : (STATUSES.get(errorCode) ?? 400);
}
