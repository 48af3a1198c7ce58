import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endGently } from "./connection-end.ts";

/** Maximum number of requests that wait on one connection. One more is the last. */
const MAX_WAITING = 64;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  /** What is being answered. */
  current: Exchange | undefined;
  readonly waiting: Exchange[];
  /** Set when nothing more can be read: called after the answers to what was read before. */
  last?: () => void;
}

interface OneAtATime {
  readonly listener: RequestListener;
  /** Returns whether a request of this connection is being answered. */
  isBusy(socket: Socket): boolean;
  /**
   * Calls `act` when every whole request of this connection is answered. What arrives later is
   * ignored. Only the first call for a connection counts.
   */
  afterAnswers(socket: Socket, act: () => void): void;
}

/**
 * Answers the pipelined requests of a connection one at a time. Node would start them all at once
 * and keep every answer until the client reads: one connection could stall the others, and a few
 * that never read could fill the memory. While requests wait, nothing more is read.
 */
export function oneAtATime(listener: RequestListener): OneAtATime {
  const connections = new WeakMap<Socket, Connection>();
  /** Connections that end, whatever still arrives. */
  const ended = new WeakSet<Socket>();

  function serve(connection: Connection, exchange: Exchange): void {
    const { request, response } = exchange;
    const { socket } = request;
    connection.current = exchange;
    response.once("close", () => {
      if (socket.destroyed || !socket.writable) return; // it ends with this answer
      connection.current = undefined;
      const next = connection.waiting.shift();
      if (next) serve(connection, next);
      else connection.last?.();
      if (connection.waiting.length === 0) socket.resume();
    });
    listener(request, response);
  }

  const listen: RequestListener = (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return; // requests that were parsed before it was closed
    let connection = connections.get(socket);
    if (!connection) {
      connection = { current: undefined, waiting: [] };
      connections.set(socket, connection);
    }
    if (connection.last) return;
    if (!connection.current) return serve(connection, { request, response });
    if (connection.waiting.length < MAX_WAITING) connection.waiting.push({ request, response });
    else connection.last = () => endGently(socket); // the others have their answers first
    socket.pause();
  };

  return {
    listener: listen,
    isBusy(socket) {
      const { current, last } = connections.get(socket) ?? {};
      return current !== undefined || last !== undefined;
    },
    afterAnswers(socket, act) {
      const connection = connections.get(socket);
      if (connection?.last || ended.has(socket)) return;
      // The fault may be in the body of the newest request. That one is not whole.
      if (!connection?.current?.request.complete) {
        ended.add(socket);
        return act();
      }
      connection.last = act;
      while (connection.waiting.at(-1)?.request.complete === false) connection.waiting.pop();
    },
  };
}
