import { grantsOf } from "../infra/checks/permissions.ts";
import { deployed, type Stack, templateOf } from "./deploy.ts";

/** What all roles may do, as `ROLE ACTION RESOURCE`. */
export function allGrants(stack: Stack): string[] {
  const template = templateOf(stack);
  return deployed(stack, "AWS::IAM::Role").flatMap(({ id }) => grantsOf(template, id).map((grant) => `${id} ${grant}`));
}
