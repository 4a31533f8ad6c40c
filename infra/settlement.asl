{
  "Comment": "Settles open findings with an inventory",
  "QueryLanguage": "JSONata",
  "StartAt": "Plan",
  "States": {
    "Plan": {
      "Type": "Task",
      "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
      "Arguments": {
        "FunctionName": "${SettleDashfindingsLambdaFunction.Arn}",
        "Payload": {
          "step": "plan",
          "run": "{% $states.context.Execution.Name %}",
          "manifest": {
            "bucket": "{% $states.input.detail.bucket.name %}",
            "key": "{% $states.input.detail.object.key %}"
          },
          "from": "{% $exists($states.input.from) ? $states.input.from : null %}"
        }
      },
      "Retry": [
        {
          "ErrorEquals": [
            "Lambda.TooManyRequestsException"
          ],
          "IntervalSeconds": 10,
          "BackoffRate": 2,
          "MaxDelaySeconds": 300,
          "MaxAttempts": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 5,
          "BackoffRate": 2,
          "MaxDelaySeconds": 120,
          "MaxAttempts": 5,
          "JitterStrategy": "FULL"
        }
      ],
      "Assign": {
        "run": "{% $states.context.Execution.Name %}",
        "snapshot": "{% $states.result.Payload.snapshot %}",
        "days": "{% $states.result.Payload.days %}",
        "files": "{% $states.result.Payload.files %}",
        "plan": "{% $states.result.Payload.plan %}"
      },
      "Next": "AskDays"
    },
    "AskDays": {
      "Type": "Map",
      "Items": "{% $days %}",
      "MaxConcurrency": ${BulkConcurrency},
      "ItemProcessor": {
        "ProcessorConfig": {
          "Mode": "INLINE"
        },
        "StartAt": "AskDay",
        "States": {
          "AskDay": {
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Arguments": {
              "FunctionName": "${SettleDashfindingsLambdaFunction.Arn}",
              "Payload": {
                "step": "ask",
                "run": "{% $run %}",
                "snapshot": "{% $snapshot %}",
                "day": "{% $states.input %}"
              }
            },
            "Retry": [
              {
                "ErrorEquals": [
                  "Lambda.TooManyRequestsException"
                ],
                "IntervalSeconds": 10,
                "BackoffRate": 2,
                "MaxDelaySeconds": 300,
                "MaxAttempts": 30,
                "JitterStrategy": "FULL"
              },
              {
                "ErrorEquals": [
                  "States.ALL"
                ],
                "IntervalSeconds": 5,
                "BackoffRate": 2,
                "MaxDelaySeconds": 120,
                "MaxAttempts": 5,
                "JitterStrategy": "FULL"
              }
            ],
            "Output": "{% $states.result.Payload.asked %}",
            "End": true
          }
        }
      },
      "Output": "{% $sum($states.result) %}",
      "Next": "AnythingOpen"
    },
    "AnythingOpen": {
      "Type": "Choice",
      "Choices": [
        {
          "Condition": "{% $states.input > 0 and $files > 0 %}",
          "Next": "MatchFiles"
        }
      ],
      "Default": "NothingOpen"
    },
    "NothingOpen": {
      "Type": "Succeed"
    },
    "MatchFiles": {
      "Type": "Map",
      "Label": "MatchFiles",
      "MaxConcurrency": ${BulkConcurrency},
      "ItemReader": {
        "Resource": "arn:${AWS::Partition}:states:::s3:getObject",
        "ReaderConfig": {
          "InputType": "JSON"
        },
        "Arguments": {
          "Bucket": "${FindingsBucket}",
          "Key": "{% $plan %}"
        }
      },
      "ItemSelector": {
        "step": "match",
        "run": "{% $run %}",
        "snapshot": "{% $snapshot %}",
        "days": "{% $days %}",
        "file": "{% $states.context.Map.Item.Value %}"
      },
      "ItemProcessor": {
        "ProcessorConfig": {
          "Mode": "DISTRIBUTED",
          "ExecutionType": "STANDARD"
        },
        "StartAt": "MatchFile",
        "States": {
          "MatchFile": {
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Arguments": {
              "FunctionName": "${SettleDashfindingsLambdaFunction.Arn}",
              "Payload": "{% $states.input %}"
            },
            "Retry": [
              {
                "ErrorEquals": [
                  "Lambda.TooManyRequestsException"
                ],
                "IntervalSeconds": 10,
                "BackoffRate": 2,
                "MaxDelaySeconds": 300,
                "MaxAttempts": 30,
                "JitterStrategy": "FULL"
              },
              {
                "ErrorEquals": [
                  "States.ALL"
                ],
                "IntervalSeconds": 5,
                "BackoffRate": 2,
                "MaxDelaySeconds": 120,
                "MaxAttempts": 5,
                "JitterStrategy": "FULL"
              }
            ],
            "Output": "{% $states.result.Payload.kept %}",
            "End": true
          }
        }
      },
      "Output": "{% $sum($states.result) %}",
      "Next": "FinishDays"
    },
    "FinishDays": {
      "Type": "Map",
      "Items": "{% $days %}",
      "MaxConcurrency": ${BulkConcurrency},
      "ItemProcessor": {
        "ProcessorConfig": {
          "Mode": "INLINE"
        },
        "StartAt": "FinishDay",
        "States": {
          "FinishDay": {
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Arguments": {
              "FunctionName": "${SettleDashfindingsLambdaFunction.Arn}",
              "Payload": {
                "step": "finish",
                "run": "{% $run %}",
                "snapshot": "{% $snapshot %}",
                "day": "{% $states.input %}",
                "files": "{% $files %}"
              }
            },
            "Retry": [
              {
                "ErrorEquals": [
                  "Lambda.TooManyRequestsException"
                ],
                "IntervalSeconds": 10,
                "BackoffRate": 2,
                "MaxDelaySeconds": 300,
                "MaxAttempts": 30,
                "JitterStrategy": "FULL"
              },
              {
                "ErrorEquals": [
                  "States.ALL"
                ],
                "IntervalSeconds": 5,
                "BackoffRate": 2,
                "MaxDelaySeconds": 120,
                "MaxAttempts": 5,
                "JitterStrategy": "FULL"
              }
            ],
            "Output": "{% $states.result.Payload %}",
            "End": true
          }
        }
      },
      "End": true
    }
  }
}
