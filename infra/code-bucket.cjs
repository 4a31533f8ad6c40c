/** The framework's own bucket for code, if it makes one: what is replaced there is of no use any more. */
module.exports = async ({ resolveVariable }) => {
  if ((await resolveVariable("param:codeBucket, ''")) !== "") return {};
  const Rules = [
    { Id: "old-versions", Status: "Enabled", Prefix: "", NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
  ];
  return { extensions: { ServerlessDeploymentBucket: { Properties: { LifecycleConfiguration: { Rules } } } } };
};
