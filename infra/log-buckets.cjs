/**
 * The one parameter that may have no default: a template that was packaged without `--param logBuckets=…` must not be deployed without
 * it either. YAML cannot leave a default out.
 */
module.exports = async ({ resolveVariable }) => {
  const given = await resolveVariable("param:logBuckets, ''");
  const LogBuckets = {
    Type: "CommaDelimitedList",
    Description:
      "Existing buckets whose objects are logs, names separated by commas. They must be in this region. A name's beginning that " +
      "ends in * stands for all buckets of this account and region whose names begin so, later ones too.",
    // A star only at the end: to IAM, one in the middle stands for slashes as well, so that objects arn:aws:s3:::a-*-logs/* would be
    // those of any bucket a-… that lie under keys like x-logs/.
    AllowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}([a-z0-9]|[a-z0-9.-][*])$",
    ConstraintDescription:
      "expected bucket names, or beginnings of at least 3 characters that end in *, for example my-cloudtrail,acme-logs-* " +
      "(--param logBuckets=my-access-logs)",
  };
  return { Parameters: { LogBuckets: given === "" ? LogBuckets : { ...LogBuckets, Default: given } } };
};
