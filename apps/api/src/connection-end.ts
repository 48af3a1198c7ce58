import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A client that sends nothing for this long has read its answer, or never will. */
const SILENT_MS = 1_000;
/** A client that keeps sending is cut after this many periods of `SILENT_MS`. */
const MAX_TICKS = 15;

/**
 * Ends a connection, and reads what the client still sends. If it were closed while bytes arrive,
 * the client's system could drop the answer (RFC 9112 section 9.6).
 */
export function endGently(socket: Socket, bytes?: string): void {
  if (bytes === undefined) socket.end();
  else socket.end(bytes);
  socket.resume();
  let [lastBytesRead, ticks] = [socket.bytesRead, 0];
  const watch = setInterval(() => {
    ticks += 1;
    if (socket.bytesRead === lastBytesRead || ticks >= MAX_TICKS) socket.destroy();
    lastBytesRead = socket.bytesRead;
  }, SILENT_MS);
  socket.once("close", () => clearInterval(watch));
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/**
 * If the answer comes before the end of the request's body, or the body was too large, announces
 * `Connection: close` and closes: the rest of the body could be taken for the next request.
 */
export function closeAfterUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    if (!request.complete || args[0] === 413) {
      response.setHeader("connection", "close");
      const { socket } = request;
      let isEnding = false;
      socket.destroySoon = () => {
        if (!isEnding) endGently(socket); // Node calls this after the answer, to end the socket
        isEnding = true;
      };
    }
    return writeHead(...args);
  };
}
