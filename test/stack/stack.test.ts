import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resourceSpecification } from "../infra/checks/resource-specification.ts";
import { stateMachines } from "../infra/checks/state-machines.ts";
import { type PackagedService, packageService } from "../infra/package-service.ts";
import { deploy, type Stack, templateOf } from "./deploy.ts";
import { limits } from "./limits.ts";
import { bucketNames, EVERYTHING, LEAST } from "./parameter-sets.ts";

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

describe("many log buckets", () => {
  const PATTERN = /^LogObjectCreated: the length of its pattern is/;
  const withBuckets = (count: number, length: number) =>
    limits(deploy(service.template, { ...EVERYTHING, LogBuckets: bucketNames(count, length) }));

  /** How many are too many, and why. */
  function tooMany(length: number, isMeant = (_: string) => true): { count: number; faults: string[] } {
    let [fine, count] = [1, Math.floor(4096 / (length + 1))];
    const faults = (many: number) => withBuckets(many, length).filter(isMeant);
    for (let middle = fine; fine + 1 < count; ) {
      middle = Math.floor((fine + count) / 2);
      if (faults(middle).length === 0) fine = middle;
      else count = middle;
    }
    return { count, faults: faults(count) };
  }

  test.each([10, 30, 63])("of %i characters each: it is the pattern that holds no more", (length) => {
    expect(tooMany(length).faults).toEqual([expect.stringMatching(PATTERN)]);
  });

  test("55 names of 30 characters are taken, and where the quota on patterns is raised, what a role holds is fixed", () => {
    expect(tooMany(30).count).toBeGreaterThan(55);
    const { count, faults } = tooMany(30, (fault) => !PATTERN.test(fault));
    expect(count).toBeGreaterThan(90);
    expect(faults).toEqual([expect.stringMatching(/^AuditLogObjectRole: the size of its inline policies is/)]);
  });
});
