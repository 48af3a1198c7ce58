import { connect, type Socket } from "node:net";

/** The parts of an answer that a load needs. It reads no more, so that it can make more load. */
export interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * A keep-alive connection with one request at a time, on a bare socket: `fetch` and `http.request`
 * cost more than the measured servers, and would measure themselves.
 */
export interface Connection {
  send(request: Buffer, onReply: (reply: Reply | undefined) => void): void;
  close(): void;
}

/** Resolves when connected. A broken connection answers pending requests with `undefined`. */
export async function openConnection(
  port: number,
  localAddress = "127.0.0.1",
): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return answering(socket);
}

function answering(socket: Socket): Connection {
  let received = "";
  let isOver = false;
  let waiting: ((reply: Reply | undefined) => void) | undefined;
  const settle = (reply: Reply | undefined) => {
    const settled = waiting;
    waiting = undefined;
    settled?.(reply);
  };
  const give = () => {
    isOver = true;
    settle(undefined);
  };
  socket.setEncoding("latin1");
  socket.on("error", give);
  socket.on("close", give);
  socket.on("data", (chunk: string) => {
    received = received === "" ? chunk : received + chunk;
    const reply = readReply(received);
    if (!reply) return;
    received = "";
    settle(reply);
  });
  return {
    send(request, onReply) {
      waiting = onReply;
      if (isOver) give();
      else socket.write(request);
    },
    close: () => socket.destroy(),
  };
}

/** Returns the answer, or `undefined` if it is not complete yet. */
export function readReply(text: string): Reply | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole = length === undefined ? isUnsizedOver(head, body) : body.length >= Number(length);
  return isWhole ? { status: Number(head.slice(9, 12)), head, body } : undefined;
}

const isUnsizedOver = (head: string, body: string) =>
  /\r\ntransfer-encoding: *chunked/i.test(head) ? body.endsWith("0\r\n\r\n") : true;

/** A request as bytes, created once and sent many times. */
export function requestBytes(
  method: string,
  path: string,
  { cookie, form, json }: { cookie?: string; form?: Record<string, string>; json?: unknown } = {},
): Buffer {
  const body = form ? String(new URLSearchParams(form)) : json ? JSON.stringify(json) : "";
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const lines = [`${method} ${path} HTTP/1.1`, "host: localhost:5000"];
  if (cookie) lines.push(`cookie: ${cookie}`);
  if (body) lines.push(`content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
