import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Listens on a free port of loopback and prints it for the bench. */
export function listen(listener: Listener): void {
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address && typeof address === "object") console.log(`listens on port ${address.port}`);
  });
}

/** The settings of the bench for this process. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
