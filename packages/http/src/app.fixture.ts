import { coursePolicy, type Policy, type Ports } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { openApiValidator } from "@postern/test-servers";
import { type AppOptions, createApp } from "./app.ts";

type Fields = Readonly<Record<string, string>>;

export const EMAIL = "bob@example.com";
export const PASSWORD = "MyPwdOfBob";

/** Creates the app on in-memory ports, with the calls that most tests need. */
export function testApp(options: Partial<AppOptions> & { policy?: Policy } = {}) {
  const { policy = coursePolicy, ports: given, ...rest } = options;
  const ports: Ports = given ?? memoryPorts({ policy });
  const app = createApp({ ports, ...rest });
  let check: ReturnType<typeof openApiValidator> | undefined;
  /** Checks every response that a test receives against its description. */
  const request = async (method: string, path: string, init: RequestInit = {}) => {
    const url = `http://localhost${path}`;
    const response = await app.request(url, { method, ...init });
    const { status, headers } = response;
    check ??= await checkOf(createApp({ ...rest, ports, onRequest: undefined }));
    check(method, url, { status, headers, text: await response.clone().text() });
    return response;
  };
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

const checks = new Map<string, ReturnType<typeof openApiValidator>>();

async function checkOf(app: ReturnType<typeof createApp>) {
  const headers = { host: "localhost" };
  const document = await (await app.request("http://localhost/openapi.json", { headers })).text();
  const check = checks.get(document) ?? openApiValidator(document);
  checks.set(document, check);
  return check;
}

/** Returns the status, and the body as text. */
export async function seen(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  return [response.status, await response.text()];
}
