import { at, type Check, resourcesOf, targetOf } from "../template.ts";

/** Every function is arm64 on nodejs24.x, with a role that no other function has and a log that ends. */
export const functions: Check = (template) => {
  const faults: string[] = [];
  const roles = new Map<string, string>();
  const logs = new Map(
    resourcesOf(template, "AWS::Logs::LogGroup").map(([, { Properties }]) => [
      JSON.stringify(at(Properties, "LogGroupName")),
      Properties,
    ]),
  );
  for (const [id, { Properties }] of resourcesOf(template, "AWS::Lambda::Function")) {
    if (at(Properties, "Runtime") !== "nodejs24.x") faults.push(`${id}: runtime ${at(Properties, "Runtime")}`);
    if (JSON.stringify(at(Properties, "Architectures")) !== '["arm64"]') faults.push(`${id}: not arm64`);
    const role = targetOf(at(Properties, "Role"));
    if (role === undefined || template.Resources[role]?.Type !== "AWS::IAM::Role") faults.push(`${id}: no role`);
    else if (roles.has(role)) faults.push(`${id}: shares ${role} with ${roles.get(role)}`);
    else roles.set(role, id);
    const log = logs.get(JSON.stringify(`/aws/lambda/${at(Properties, "FunctionName")}`));
    if (!log) faults.push(`${id}: no log group`);
  }
  for (const [id, { Properties }] of resourcesOf(template, "AWS::Logs::LogGroup")) {
    if (at(Properties, "RetentionInDays") === undefined) faults.push(`${id}: kept for ever`);
  }
  return faults;
};
