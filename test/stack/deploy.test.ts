// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like that
import { describe, expect, test } from "vitest";
import type { Json, JsonObject, Template } from "../infra/template.ts";
import { deploy } from "./deploy.ts";

const ACCOUNT = "111122223333";
const QUEUE = /^https:\/\/sqs\.eu-central-1\.amazonaws\.com\/111122223333\/sealwatch-production-Queue-[0-9A-F]{12}$/;

/** A topic with this name beside a queue, one that is there only if `Colour` is red, and parameters. */
function templateWith(name: Json, changes: JsonObject = {}): Template {
  const template = {
    Parameters: {
      Colour: { Type: "String", Default: "red" },
      Names: { Type: "CommaDelimitedList", Default: "a, b" },
      Days: { Type: "Number", Default: 30 },
    },
    Conditions: {
      IsRed: { "Fn::Equals": [{ Ref: "Colour" }, "red"] },
      IsBlue: { "Fn::Equals": [{ Ref: "Colour" }, "blue"] },
    },
    Resources: {
      Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: name } },
      Queue: { Type: "AWS::SQS::Queue" },
      Blue: { Type: "AWS::SQS::Queue", Condition: "IsBlue" },
    },
    ...changes,
  };
  return template as unknown as Template;
}

const nameOf = (name: Json, given: Record<string, string> = {}) =>
  deploy(templateWith(name), given).resources["Topic"]!.properties["DisplayName"];

describe("functions", () => {
  test.each<[Json, unknown]>([
    ["as it stands", "as it stands"],
    [{ Ref: "Colour" }, "red"],
    [{ Ref: "Names" }, ["a", "b"]],
    [{ Ref: "Days" }, 30],
    [{ Ref: "AWS::NoValue" }, undefined],
    [{ Ref: "AWS::AccountId" }, ACCOUNT],
    [{ Ref: "Queue" }, expect.stringMatching(QUEUE)],
    [
      { "Fn::GetAtt": ["Queue", "Arn"] },
      expect.stringMatching(/^arn:aws:sqs:eu-central-1:111122223333:sealwatch-production-Queue-/),
    ],
    [{ "Fn::GetAtt": "Queue.QueueName" }, expect.stringMatching(/^sealwatch-production-Queue-/)],
    [{ "Fn::Join": ["-", ["a", { Ref: "Days" }, { Ref: "AWS::NoValue" }]] }, "a-30"],
    [{ "Fn::Join": ["-", { Ref: "Names" }] }, "a-b"],
    [{ "Fn::Split": [",", "a,b,"] }, ["a", "b", ""]],
    [{ "Fn::Select": [1, { Ref: "Names" }] }, "b"],
    [{ "Fn::Select": ["0", { "Fn::Split": [",", "a,b"] }] }, "a"],
    [{ "Fn::If": ["IsRed", "red", { Ref: "Blue" }] }, "red"],
    [{ "Fn::If": ["IsBlue", { Ref: "Blue" }, { Ref: "AWS::NoValue" }] }, undefined],
    [{ "Fn::Sub": "${Colour} ${!Colour} ${AWS::Region} ${Days}" }, "red ${Colour} eu-central-1 30"],
    [{ "Fn::Sub": ["${A}${Colour}", { A: { Ref: "Days" } }] }, "30red"],
    [{ "Fn::Sub": "${Queue.QueueName}" }, expect.stringMatching(/^sealwatch-production-Queue-/)],
    [[{ Ref: "AWS::NoValue" }, { Condition: { a: { Ref: "Colour" } } }], [{ Condition: { a: "red" } }]],
    [{ a: { Ref: "AWS::NoValue" }, b: false }, { b: false }],
  ])("%j is %j", (name, value) => {
    expect(nameOf(name)).toEqual(value);
  });

  test.each<[Json, string]>([
    [{ "Fn::Base64": "x" }, "Fn::Base64 is not known here"],
    [{ "Fn::ImportValue": "x" }, "Fn::ImportValue is not known here"],
    [{ Ref: "Colour", More: 1 }, "Ref stands beside other keys"],
    [{ Ref: "Colours" }, "there is no Colours"],
    [{ Ref: "AWS::StackId" }, "there is no AWS::StackId"],
    [{ Ref: "Blue" }, "Blue is not there: IsBlue does not hold"],
    [{ "Fn::GetAtt": ["Blue", "Arn"] }, "Blue is not there: IsBlue does not hold"],
    [{ "Fn::Sub": "${Blue.Arn}" }, "Blue is not there: IsBlue does not hold"],
    [{ "Fn::GetAtt": ["Queue", "Colour"] }, "AWS::SQS::Queue has no attribute Colour that is known here"],
    [{ "Fn::Sub": "${Names}" }, '["a","b"] where a text is expected'],
    [{ "Fn::Sub": "${AWS::NoValue}" }, "nothing where a text is expected"],
    [{ "Fn::Join": [{ Ref: "AWS::Partition" }, []] }, '{"Ref":"AWS::Partition"} where a text is expected'],
    [{ "Fn::Join": ["", "text"] }, "Fn::Join of no list"],
    [{ "Fn::Join": [""] }, "1 arguments where 2 are expected"],
    [{ "Fn::Select": [2, { Ref: "Names" }] }, "Fn::Select finds nothing at 2"],
    [{ "Fn::If": ["IsGreen", 1, 2] }, "there is no condition IsGreen"],
    [{ Ref: "Topic" }, "Topic → Topic: a circle"],
  ])("%j is refused", (name, reason) => {
    expect(() => nameOf(name)).toThrow(`Topic: ${reason}`);
  });
});

describe("conditions", () => {
  const holds = (condition: Json, more: JsonObject = {}) => {
    const Conditions = { ...templateWith("").Conditions, It: condition, ...more };
    return nameOfIn(templateWith({ "Fn::If": ["It", "yes", "no"] }, { Conditions })) === "yes";
  };
  const nameOfIn = (template: Template) => deploy(template).resources["Topic"]!.properties["DisplayName"];

  test.each<[Json, boolean]>([
    [{ Condition: "IsRed" }, true],
    [{ "Fn::Not": [{ Condition: "IsRed" }] }, false],
    [{ "Fn::And": [{ Condition: "IsRed" }, { Condition: "IsBlue" }] }, false],
    [{ "Fn::Or": [{ Condition: "IsRed" }, { Condition: "IsBlue" }] }, true],
    [{ "Fn::Equals": [{ Ref: "Days" }, "30"] }, true],
    [{ "Fn::Equals": [{ "Fn::Join": ["", { Ref: "Names" }] }, "ab"] }, true],
  ])("%j: %j", (condition, value) => {
    expect(holds(condition)).toBe(value);
  });

  test.each<[Json, string]>([
    [{ "Fn::Contains": [["a"], "a"] }, "Fn::Contains is no condition that is known here"],
    [{ Condition: "IsGreen" }, "there is no condition IsGreen"],
    [{ Condition: "It" }, "condition It → condition It: a circle"],
    [{ "Fn::Equals": [{ Ref: "Queue" }, ""] }, "there is no Queue"],
    ["yes", '"yes" is no condition that is known here'],
  ])("%j is refused", (condition, reason) => {
    expect(() => holds(condition)).toThrow(`condition It: ${reason}`);
  });
});

describe("parameters", () => {
  const given = (parameter: JsonObject, value?: string) => {
    const Parameters = { ...templateWith("").Parameters, It: { Type: "String", ...parameter } };
    const template = templateWith({ Ref: "It" }, { Parameters });
    return deploy(template, value === undefined ? {} : { It: value }).resources["Topic"]!.properties["DisplayName"];
  };
  const LIST = { Type: "CommaDelimitedList", AllowedPattern: "^$|^[a-z]+$" };

  test.each<[JsonObject, string | undefined, Json]>([
    [{ Default: "x" }, undefined, "x"],
    [{ Default: "x" }, "y", "y"],
    [{ AllowedValues: [1, 3] }, "3", "3"],
    [{ Type: "Number", MinValue: 5, MaxValue: 10 }, "10", 10],
    [LIST, "a, b", ["a", "b"]],
    [LIST, "", [""]],
  ])("%j takes %j", (parameter, value, result) => {
    expect(given(parameter, value)).toEqual(result);
  });

  test.each<[JsonObject, string | undefined, string]>([
    [{}, undefined, "It: must have a value"],
    [{ AllowedValues: ["a", "b"] }, "c", 'It: "c" is not allowed'],
    [{ AllowedPattern: "[a-z]" }, "ab", 'It: "ab" is not allowed'],
    [LIST, "a,B,C", 'It: "B" is not allowed\nIt: "C" is not allowed'],
    [{ Type: "Number", MinValue: 5 }, "4", "It: 4 is less than 5"],
    [{ Type: "Number", MaxValue: 5 }, "6", "It: 6 is more than 5"],
    [{ Type: "Number" }, "many", 'It: "many" is no number'],
    [{}, "x".repeat(4097), "It: longer than 4096 bytes"],
    [{ Type: "List<Number>" }, "1", "It: a type not known here, List<Number>"],
    [{ MinLength: 1 }, "1", "It: an attribute not known here, MinLength"],
  ])("%j does not take %j", (parameter, value, reason) => {
    expect(() => given(parameter, value)).toThrow(reason);
  });

  test("that are none", () => {
    expect(() => deploy(templateWith(""), { Colours: "red" })).toThrow("Colours: there is no such parameter");
  });
});

describe("resources", () => {
  const withQueue = (queue: JsonObject) =>
    templateWith("", { Resources: { ...templateWith("").Resources, Queue: queue } });
  const Type = "AWS::SQS::Queue";

  test("are there if their condition holds", () => {
    expect(Object.keys(deploy(templateWith("")).resources)).toEqual(["Topic", "Queue"]);
    expect(Object.keys(deploy(templateWith(""), { Colour: "blue" }).resources)).toEqual(["Topic", "Queue", "Blue"]);
  });

  test("wait for others that are there", () => {
    expect(Object.keys(deploy(withQueue({ Type, DependsOn: ["Blue", "Topic"] })).resources)).toEqual([
      "Topic",
      "Queue",
    ]);
  });

  test.each<[JsonObject, string]>([
    [{ Type, DependsOn: "Queues" }, "Queue: there is no Queues"],
    [{ Type, DependsOn: "Queue" }, "Queue: Queue → Queue: a circle"],
    [{ Type, CreationPolicy: {} }, "Queue: Queue has CreationPolicy, which is not known here"],
    [{ Type, Condition: "IsGreen" }, "Queue: there is no condition IsGreen"],
    [{ Type, Properties: { QueueName: "x".repeat(81) } }, "Queue: QueueName is longer than 80 characters"],
  ])("%j is refused", (queue, reason) => {
    expect(() => deploy(withQueue(queue))).toThrow(reason);
  });

  test("with names that services take, however long the stack's is", () => {
    const place = { stack: "s".repeat(128), account: ACCOUNT, region: "eu-central-1", partition: "aws" };
    const Resources = { Bucket: { Type: "AWS::S3::Bucket" }, Role: { Type: "AWS::IAM::Role" } };
    const { resources } = deploy(templateWith("", { Resources }), {}, place);
    expect(resources["Bucket"]!.ref).toMatch(/^s{1,50}-bucket-[0-9a-f]{12}$/);
    expect(resources["Bucket"]!.ref!.length).toBeLessThanOrEqual(63);
    expect(resources["Role"]!.ref!.length).toBeLessThanOrEqual(64);
  });
});

test("a section that is not known here is refused", () => {
  expect(() => deploy(templateWith("", { Mappings: {} }))).toThrow(
    "the template has Mappings, which is not known here",
  );
});

test("outputs are resolved, where their condition holds", () => {
  const Outputs = {
    Queue: { Value: { Ref: "Queue" } },
    Blue: { Value: { Ref: "Blue" }, Condition: "IsBlue" },
  };
  expect(deploy(templateWith("", { Outputs })).outputs).toEqual({ Queue: expect.stringMatching(QUEUE) });
  const wrong = { Blue: { Value: { Ref: "Blue" } } };
  expect(() => deploy(templateWith("", { Outputs: wrong }))).toThrow("output Blue: Blue is not there");
});
