/**
 * The one parameter that may have no default: a template that was packaged without `--param logBuckets=…` must not be deployed without
 * it either. YAML cannot leave a default out.
 */
module.exports = async ({ resolveVariable }) => {
  const given = await resolveVariable("param:logBuckets, ''");
  const LogBuckets = {
    Type: "CommaDelimitedList",
    Description:
      "Existing buckets whose objects are logs, names separated by commas. They must be in this region. EventBridge's quota on " +
      "the size of a pattern, 2048 characters by default, holds some 55 names of 30 characters.",
    AllowedPattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    ConstraintDescription:
      "expected bucket names, for example my-access-logs,my-cloudtrail (--param logBuckets=my-access-logs)",
  };
  return { Parameters: { LogBuckets: given === "" ? LogBuckets : { ...LogBuckets, Default: given } } };
};
