import { hash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

interface Entry {
  Id: string;
  MessageBody: string;
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
  /** Asked for each message whether it is refused; a test sets it. */
  refuses: (body: string) => boolean;
}

/** SQS on loopback, as far as SendMessageBatch goes: the JSON protocol. It ends with the test. */
export async function startSqs(): Promise<SqsServer> {
  const server = createServer(async (request, response) => {
    if (request.headers["x-amz-target"] !== "AmazonSQS.SendMessageBatch") return void response.writeHead(400).end();
    const { QueueUrl, Entries }: { QueueUrl: string; Entries: Entry[] } = JSON.parse(await text(request));
    if (QueueUrl !== sqs.url || Entries.length > 10) return void response.writeHead(400).end();
    sqs.batches.push(Entries.length);
    const refused = Entries.filter(({ MessageBody }) => sqs.refuses(MessageBody));
    const taken = Entries.filter((entry) => !refused.includes(entry));
    for (const { MessageBody } of taken) sqs.messages.push(MessageBody);
    response.setHeader("Content-Type", "application/x-amz-json-1.0");
    response.end(
      JSON.stringify({
        Successful: taken.map(({ Id, MessageBody }) => ({
          Id,
          MessageId: Id,
          MD5OfMessageBody: hash("md5", MessageBody),
        })),
        Failed: refused.map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
      }),
    );
  });
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
    refuses: () => false,
  };
  return sqs;
}
