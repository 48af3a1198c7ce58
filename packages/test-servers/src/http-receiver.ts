import { createServer, type IncomingHttpHeaders } from "node:http";

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

interface PostAnswer {
  /** `"hang"`: no answer at all. Default: 204. */
  readonly status?: number | "hang";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly afterMs?: number;
}

export interface HttpReceiver {
  readonly url: string;
  readonly received: readonly ReceivedPost[];
  /** The number of connections, with or without a request. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A real HTTP server that records requests and answers as `answer` says. */
export async function startHttpReceiver(
  answer: (post: ReceivedPost) => PostAnswer = () => ({}),
  host = "127.0.0.1",
): Promise<HttpReceiver> {
  const received: ReceivedPost[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      const body = Buffer.concat(chunks).toString("utf8");
      const post = { path, headers, body, at: performance.timeOrigin + performance.now() };
      received.push(post);
      const { status = 204, headers: given = {}, body: text = "", afterMs = 0 } = answer(post);
      if (status === "hang") return;
      setTimeout(() => response.writeHead(status, given).end(text), afterMs);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    received,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
