import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface Published {
  topic: string;
  subject: string | null;
  message: string;
  attributes: Record<string, string>;
}

/** What goes wrong with a publication: it is refused, or it is done and the answer is lost. */
export type SnsFault = "refused" | "lost";

export interface SnsServer {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  published: Published[];
  /** Asked before each publication; a test sets it. */
  faultOf: (published: Published, headers: IncomingHttpHeaders) => SnsFault | null;
}

/** SNS on loopback, as far as Publish goes: the query protocol. It ends with the test. */
export async function startSns(): Promise<SnsServer> {
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const published = publishedIn(form);
    const fault = sns.faultOf(published, request.headers);
    if (fault === "refused") return void response.writeHead(403).end(ERROR);
    sns.published.push(published);
    if (fault === "lost") return void request.socket.destroy();
    response.end(
      `<PublishResponse><PublishResult><MessageId>${sns.published.length}</MessageId></PublishResult></PublishResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const sns: SnsServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    published: [],
    faultOf: () => null,
  };
  return sns;
}

const ERROR =
  "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>as told</Message></Error></ErrorResponse>";

function publishedIn(form: URLSearchParams): Published {
  if (form.get("Action") !== "Publish") throw new Error(`unexpected ${form.get("Action")}`);
  const attributes: Record<string, string> = {};
  for (let i = 1; form.has(`MessageAttributes.entry.${i}.Name`); i++) {
    const entry = `MessageAttributes.entry.${i}`;
    attributes[form.get(`${entry}.Name`)!] = form.get(`${entry}.Value.StringValue`)!;
  }
  return { topic: form.get("TopicArn")!, subject: form.get("Subject"), message: form.get("Message")!, attributes };
}
