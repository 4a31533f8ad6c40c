// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like that
import type { Template } from "./template.ts";

/** A small template that every check passes: what a check must find is one change away. */
export function soundTemplate(): Template {
  const alarm = (MetricName: string, id: object) => ({
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      MetricName,
      Dimensions: [{ Name: "Of", Value: id }],
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: "Topic" }],
    },
  });
  const deny = (Condition: object) => ({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [{ "Fn::GetAtt": ["Bucket", "Arn"] }, { "Fn::Sub": "${Bucket.Arn}/*" }],
    Condition,
  });
  const template = {
    Parameters: { Names: { Type: "CommaDelimitedList" }, Days: { Type: "Number", Default: 30 } },
    Conditions: { HasNames: { "Fn::Not": [{ "Fn::Equals": [{ "Fn::Join": ["", { Ref: "Names" }] }, ""] }] } },
    Resources: {
      Bucket: {
        Type: "AWS::S3::Bucket",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: {
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
          VersioningConfiguration: { Status: "Enabled" },
          LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: { Ref: "Days" } }] },
        },
      },
      BucketPolicy: {
        Type: "AWS::S3::BucketPolicy",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: {
          Bucket: { Ref: "Bucket" },
          PolicyDocument: {
            Statement: [
              deny({ Bool: { "aws:SecureTransport": "false" } }),
              deny({ NumericLessThan: { "s3:TlsVersion": "1.2" } }),
              deny({ StringNotEquals: { "s3:signatureversion": "AWS4-HMAC-SHA256" } }),
            ],
          },
        },
      },
      Queue: {
        Type: "AWS::SQS::Queue",
        Properties: {
          SqsManagedSseEnabled: true,
          VisibilityTimeout: 360,
          RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["DeadLetters", "Arn"] }, maxReceiveCount: 5 },
        },
      },
      DeadLetters: { Type: "AWS::SQS::Queue", Properties: { SqsManagedSseEnabled: true } },
      QueuePolicy: {
        Type: "AWS::SQS::QueuePolicy",
        Properties: {
          Queues: [{ Ref: "Queue" }],
          PolicyDocument: {
            Statement: [
              {
                Sid: "Events",
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sqs:SendMessage",
                Resource: { "Fn::GetAtt": ["Queue", "Arn"] },
                Condition: { ArnEquals: { "aws:SourceArn": { "Fn::GetAtt": ["Rule", "Arn"] } } },
              },
            ],
          },
        },
      },
      Rule: {
        Type: "AWS::Events::Rule",
        Properties: {
          EventPattern: { detail: { bucket: { name: { Ref: "Names" } } } },
          Targets: [
            {
              Id: "queue",
              Arn: { "Fn::GetAtt": ["Queue", "Arn"] },
              DeadLetterConfig: { Arn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } },
            },
          ],
        },
      },
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
          },
          Policies: [
            {
              PolicyName: "role",
              PolicyDocument: {
                Statement: [
                  { Sid: "List", Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" },
                  {
                    Sid: "Read",
                    Effect: "Allow",
                    Action: ["s3:GetObject"],
                    Resource: {
                      "Fn::Split": [
                        ",",
                        {
                          "Fn::Join": ["", ["arn:*:s3:::", { "Fn::Join": ["/*,arn:*:s3:::", { Ref: "Names" }] }, "/*"]],
                        },
                      ],
                    },
                  },
                  {
                    "Fn::If": [
                      "HasNames",
                      { Effect: "Allow", Action: "sns:Publish", Resource: { Ref: "Topic" } },
                      { Ref: "AWS::NoValue" },
                    ],
                  },
                ],
              },
            },
          ],
        },
      },
      Function: {
        Type: "AWS::Lambda::Function",
        DependsOn: ["LogGroup"],
        Properties: {
          FunctionName: "function",
          Runtime: "nodejs24.x",
          Architectures: ["arm64"],
          Code: { ZipFile: "" },
          Handler: "index.handler",
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
          Timeout: 60,
          Environment: { Variables: { NAMES: { "Fn::Join": [",", { Ref: "Names" }] } } },
        },
      },
      LogGroup: {
        Type: "AWS::Logs::LogGroup",
        Properties: { LogGroupName: "/aws/lambda/function", RetentionInDays: 30 },
      },
      EventSource: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] },
          FunctionName: { "Fn::GetAtt": ["Function", "Arn"] },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
      EventConfig: {
        Type: "AWS::Lambda::EventInvokeConfig",
        Properties: {
          FunctionName: { Ref: "Function" },
          Qualifier: "$LATEST",
          DestinationConfig: { OnFailure: { Destination: { "Fn::GetAtt": ["DeadLetters", "Arn"] } } },
        },
      },
      Schedule: {
        Type: "AWS::Scheduler::Schedule",
        Properties: {
          ScheduleExpression: "rate(1 hour)",
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: {
            Arn: { "Fn::GetAtt": ["Function", "Arn"] },
            RoleArn: { "Fn::GetAtt": ["Role", "Arn"] },
            DeadLetterConfig: { Arn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } },
          },
        },
      },
      Machine: {
        Type: "AWS::StepFunctions::StateMachine",
        Properties: {
          RoleArn: { "Fn::GetAtt": ["Role", "Arn"] },
          DefinitionString: {
            "Fn::Sub": `{
              "StartAt": "Call",
              "States": {
                "Call": {
                  "Type": "Task",
                  "Resource": "\${Function.Arn}",
                  "TimeoutSeconds": \${Days},
                  "Retry": [{ "ErrorEquals": ["States.ALL"] }],
                  "Next": "Done"
                },
                "Done": { "Type": "Succeed" }
              }
            }`,
          },
        },
      },
      Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: "topic" } },
      FunctionErrors: alarm("Errors", { Ref: "Function" }),
      QueueAge: alarm("ApproximateAgeOfOldestMessage", { "Fn::GetAtt": ["Queue", "QueueName"] }),
      Dead: alarm("ApproximateNumberOfMessagesVisible", { "Fn::GetAtt": ["DeadLetters", "QueueName"] }),
      MachineFailed: alarm("ExecutionsFailed", { Ref: "Machine" }),
    },
    Outputs: { Bucket: { Value: { Ref: "Bucket" } } },
  };
  return structuredClone(template) as unknown as Template;
}
