import { hash } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

interface Entry {
  Id: string;
  MessageBody: string;
}

interface Wait {
  Id: string;
  ReceiptHandle: string;
  VisibilityTimeout: number;
}

export interface SqsServer {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  /** Of the one queue that there is. */
  url: string;
  /** The bodies of the messages in it. */
  messages: string[];
  /** Sizes of the batches that came, taken or not. */
  batches: number[];
  /** After how many seconds messages come again, by their receipt handles. */
  waits: Record<string, number>;
  /** Asked for each message, by its body or receipt handle, whether it is refused; a test sets it. */
  refuses: (message: string) => boolean;
  /** Asked before each request, by the name of its operation, whether who sends it may; a test sets it. */
  allows: (operation: string, headers: IncomingHttpHeaders) => boolean;
}

/** SQS on loopback, as far as SendMessageBatch and ChangeMessageVisibilityBatch go: the JSON protocol. It ends with the test. */
export async function startSqs(): Promise<SqsServer> {
  const server = createServer(async (request, response) => {
    const { QueueUrl, Entries }: { QueueUrl: string; Entries: (Entry & Wait)[] } = JSON.parse(await text(request));
    if (QueueUrl !== sqs.url || Entries.length > 10) return void response.writeHead(400).end();
    const operation = `${request.headers["x-amz-target"]}`.replace(/^AmazonSQS\./, "");
    response.setHeader("Content-Type", "application/x-amz-json-1.0");
    if (!sqs.allows(operation, request.headers)) return void response.writeHead(403).end(DENIED);
    const answer = OPERATIONS[operation]?.(Entries);
    if (!answer) return void response.writeHead(400).end();
    response.end(JSON.stringify(answer));
  });
  const OPERATIONS: Record<string, (entries: (Entry & Wait)[]) => object> = {
    SendMessageBatch: send,
    ChangeMessageVisibilityBatch: wait,
  };

  function send(entries: Entry[]): object {
    sqs.batches.push(entries.length);
    const refused = entries.filter(({ MessageBody }) => sqs.refuses(MessageBody));
    const taken = entries.filter((entry) => !refused.includes(entry));
    for (const { MessageBody } of taken) sqs.messages.push(MessageBody);
    return {
      Successful: taken.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: hash("md5", MessageBody),
      })),
      Failed: refused.map(failed),
    };
  }

  function wait(entries: Wait[]): object {
    const refused = entries.filter(({ ReceiptHandle }) => sqs.refuses(ReceiptHandle));
    const taken = entries.filter((entry) => !refused.includes(entry));
    for (const { ReceiptHandle, VisibilityTimeout } of taken) sqs.waits[ReceiptHandle] = VisibilityTimeout;
    return { Successful: taken.map(({ Id }) => ({ Id })), Failed: refused.map(failed) };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sqs: SqsServer = {
    endpoint,
    url: `${endpoint}/111122223333/log-events`,
    messages: [],
    batches: [],
    waits: {},
    refuses: () => false,
    allows: () => true,
  };
  return sqs;
}

const DENIED = JSON.stringify({ __type: "com.amazonaws.sqs#AccessDeniedException", message: "as told" });

function failed({ Id }: { Id: string }): object {
  return { Id, Code: "InternalError", SenderFault: false };
}
