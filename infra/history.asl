{
  "Comment": "Audits every log object under a prefix",
  "QueryLanguage": "JSONata",
  "StartAt": "AuditPrefix",
  "States": {
    "AuditPrefix": {
      "Type": "Map",
      "Label": "AuditPrefix",
      "MaxConcurrency": ${BulkConcurrency},
      "ToleratedFailurePercentage": 5,
      "ItemReader": {
        "Resource": "arn:${AWS::Partition}:states:::s3:listObjectsV2",
        "Arguments": {
          "Bucket": "{% $states.input.bucket %}",
          "Prefix": "{% $states.input.prefix %}"
        }
      },
      "ResultWriter": {
        "Resource": "arn:${AWS::Partition}:states:::s3:putObject",
        "Arguments": {
          "Bucket": "${FindingsBucket}",
          "Prefix": "history"
        },
        "WriterConfig": {
          "OutputType": "JSONL",
          "Transformation": "COMPACT"
        }
      },
      "ItemBatcher": {
        "MaxItemsPerBatch": 25,
        "MaxInputBytesPerBatch": 65536,
        "BatchInput": {
          "bucket": "{% $states.input.bucket %}"
        }
      },
      "ItemProcessor": {
        "ProcessorConfig": {
          "Mode": "DISTRIBUTED",
          "ExecutionType": "STANDARD"
        },
        "StartAt": "WrapAsMessages",
        "States": {
          "WrapAsMessages": {
            "Type": "Pass",
            "Output": {
              "messages": "{% [$map($states.input.Items, function($object) { { 'messageId': $object.Key, 'eventSource': 'aws:sqs', 'body': $string({ 'source': 'aws.s3', 'detail-type': 'Object Created', 'detail': { 'bucket': { 'name': $states.input.BatchInput.bucket }, 'object': { 'key': $object.Key } } }) } })] %}"
            },
            "Next": "AuditObjects"
          },
          "AuditObjects": {
            "Type": "Task",
            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
            "Arguments": {
              "FunctionName": "${AuditDashlogDashobjectLambdaFunction.Arn}",
              "Payload": {
                "Records": "{% $states.input.messages %}"
              }
            },
            "Retry": [
              {
                "ErrorEquals": [
                  "Lambda.TooManyRequestsException",
                  "Lambda.ServiceException",
                  "Lambda.AWSLambdaException",
                  "Lambda.SdkClientException"
                ],
                "IntervalSeconds": 2,
                "BackoffRate": 2,
                "MaxDelaySeconds": 60,
                "MaxAttempts": 10,
                "JitterStrategy": "FULL"
              }
            ],
            "Catch": [
              {
                "ErrorEquals": [
                  "States.ALL"
                ],
                "Output": "{% $states.input %}",
                "Next": "QueueTheRest"
              }
            ],
            "Output": {
              "messages": "{% [$states.input.messages[messageId in $states.result.Payload.batchItemFailures.itemIdentifier]] %}"
            },
            "Next": "QueueTheRest"
          },
          "QueueTheRest": {
            "Type": "Map",
            "Items": "{% $states.input.messages %}",
            "MaxConcurrency": 5,
            "ItemProcessor": {
              "ProcessorConfig": {
                "Mode": "INLINE"
              },
              "StartAt": "QueueOne",
              "States": {
                "QueueOne": {
                  "Type": "Task",
                  "Resource": "arn:${AWS::Partition}:states:::sqs:sendMessage",
                  "Arguments": {
                    "QueueUrl": "${LogEventsQueue}",
                    "MessageBody": "{% $states.input.body %}"
                  },
                  "Retry": [
                    {
                      "ErrorEquals": [
                        "States.ALL"
                      ],
                      "IntervalSeconds": 2,
                      "BackoffRate": 2,
                      "MaxDelaySeconds": 60,
                      "MaxAttempts": 8,
                      "JitterStrategy": "FULL"
                    }
                  ],
                  "End": true
                }
              }
            },
            "Output": {
              "queued": "{% $count($states.input.messages) %}"
            },
            "End": true
          }
        }
      },
      "End": true
    }
  }
}
