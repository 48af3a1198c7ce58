import { coursePolicy, type Policy, type Ports } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { type AppOptions, createApp } from "./app.ts";

type Fields = Readonly<Record<string, string>>;

export const EMAIL = "bob@example.com";
export const PASSWORD = "MyPwdOfBob";

/** The app on in-memory ports, with the few calls that most tests need. */
export function testApp(options: Partial<AppOptions> & { policy?: Policy } = {}) {
  const { policy = coursePolicy, ports: given, ...rest } = options;
  const ports: Ports = given ?? memoryPorts({ policy });
  const app = createApp({ ports, ...rest });
  const request = async (method: string, path: string, init: RequestInit = {}) =>
    app.request(`http://localhost${path}`, { method, ...init });
  const send = (method: string, path: string, fields: Fields, headers: Fields = {}) =>
    request(method, path, { body: new URLSearchParams(fields), headers });
  const register = (email = EMAIL, password = PASSWORD) =>
    send("POST", "/users", { email, password });
  const logIn = async (email = EMAIL, password = PASSWORD) => {
    const response = await send("POST", "/sessions", { email, password });
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return { response, cookie };
  };
  return { app, ports, request, send, register, logIn };
}

/** Status, and body as it was sent. */
export async function seen(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  return [response.status, await response.text()];
}
