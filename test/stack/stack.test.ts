import { afterAll, beforeAll, expect, test } from "vitest";
import { resourceSpecification } from "../infra/checks/resource-specification.ts";
import { stateMachines } from "../infra/checks/state-machines.ts";
import { type PackagedService, packageService } from "../infra/package-service.ts";
import { deploy, type Stack, templateOf } from "./deploy.ts";
import { limits } from "./limits.ts";
import { EVERYTHING, LEAST } from "./parameter-sets.ts";

let service: PackagedService;
beforeAll(async () => {
  service = await packageService("--stage=production");
}, 120_000);
afterAll(() => service?.remove());

const SETS = [
  { set: "least parameters", parameters: LEAST },
  { set: "everything set", parameters: EVERYTHING },
];

const faultsOf = (stack: Stack) => [
  ...limits(stack),
  ...resourceSpecification(templateOf(stack)),
  ...stateMachines(templateOf(stack)),
];

test.each(SETS)("with $set an account refuses nothing", ({ parameters }) => {
  expect(faultsOf(deploy(service.template, parameters))).toEqual([]);
});
