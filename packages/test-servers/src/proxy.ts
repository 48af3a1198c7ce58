import { connect, createServer, type Socket } from "node:net";

/** What becomes of the bytes that were looked at: on their way, kept for ever, or the connection's end. */
export type Verdict = "pass" | "hold" | "cut";

/** Looks at what goes by, as text. */
export interface Watch {
  /** Of what a client sends, before the server has it. */
  readonly sent?: (text: string) => Verdict;
  /** Of the server's answer, before the client has it; told what the client sent last, too. */
  readonly answered?: (sent: string, answer: string) => Verdict;
}

/** A way to a server on loopback that can be cut or go silent. */
export interface Proxy {
  readonly port: number;
  /** Breaks every connection. */
  cut(): void;
  /** Swallows what the connections of now carry, and leaves them open; new ones work. */
  swallow(): void;
  /** Breaks every connection and takes no new one, until it is told otherwise. */
  refuse(isRefusing: boolean): void;
  close(): Promise<void>;
}

export async function startProxy(targetPort: number, watch: Watch = {}): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let refuses = false;
  const server = createServer((incoming) => {
    if (refuses) {
      incoming.resetAndDestroy();
      return;
    }
    const outgoing = connect(targetPort, "127.0.0.1");
    let lastSent = "";
    let isHeld = false;
    const judge = (verdict: Verdict = "pass") => {
      isHeld ||= verdict === "hold";
      if (verdict === "cut") incoming.resetAndDestroy();
      return verdict === "pass" && !isHeld;
    };
    const passes = (socket: Socket, bytes: Buffer) => {
      if (isHeld) return false;
      if (socket === outgoing) {
        return judge(watch.answered?.(lastSent, bytes.toString("latin1")));
      }
      lastSent = bytes.toString("latin1");
      return judge(watch.sent?.(lastSent));
    };
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on("data", (bytes) => {
        if (passes(socket, bytes)) other.write(bytes);
      });
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("error", () => undefined); // its close follows
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    cut,
    swallow() {
      for (const socket of sockets) {
        socket.removeAllListeners("data");
        socket.resume();
      }
    },
    refuse(isRefusing) {
      refuses = isRefusing;
      if (refuses) cut();
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
