import { openApiValidator } from "@postern/test-servers";

type Fields = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A person who uses the service over HTTP, with a cookie jar for one cookie. */
export interface Visitor {
  cookie: string;
  send(method: string, path: string, fields?: Fields): Promise<Answer>;
  register(email: string, password: string): Promise<Answer>;
  logIn(email: string, password: string): Promise<Answer>;
  logOut(): Promise<Answer>;
  profile(): Promise<Answer>;
  resetToken(email: string): Promise<string>;
  reset(email: string, token: string, newPassword: string): Promise<Answer>;
}

export function visitor(origin: string, cookie = ""): Visitor {
  const self: Visitor = {
    cookie,
    async send(method, path, fields) {
      const response = await checkedFetch(origin + path, {
        method,
        redirect: "manual",
        ...(self.cookie && { headers: { cookie: self.cookie } }),
        ...(fields && { body: new URLSearchParams(fields) }),
      });
      const [given] = response.headers.getSetCookie();
      if (given) self.cookie = given.split(";")[0] ?? "";
      const { status, headers } = response;
      return { status, headers, text: await response.text() };
    },
    register: (email, password) => self.send("POST", "/users", { email, password }),
    logIn: (email, password) => self.send("POST", "/sessions", { email, password }),
    logOut: () => self.send("DELETE", "/sessions"),
    profile: () => self.send("GET", "/profile"),
    async resetToken(email) {
      const { text } = await self.send("POST", "/reset_password", { email });
      return (JSON.parse(text) as { reset_token: string }).reset_token;
    },
    reset: (email, reset_token, new_password) =>
      self.send("PUT", "/reset_password", { email, reset_token, new_password }),
  };
  return self;
}

type Check = ReturnType<typeof openApiValidator>;
const origins = new Map<string, Promise<Check>>();
const documents = new Map<string, Check>();

/** Like `fetch`, but throws if an answer of the API differs from its own description. */
export const checkedFetch: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const check = checkOf(new URL(url).origin); // read first: the request may end the service
  const response = await fetch(input, init);
  const { status, headers } = response;
  const text = await response.clone().text();
  (await check)(init?.method ?? "GET", url, { status, headers, text });
  return response;
};

/** Returns the check for an origin's answers. The description is read once. */
function checkOf(origin: string): Promise<Check> {
  const check = origins.get(origin) ?? openCheck(origin);
  origins.set(origin, check);
  check.catch(() => origins.delete(origin));
  return check;
}

async function openCheck(origin: string): Promise<Check> {
  const document = await (await fetch(`${origin}/openapi.json`)).text();
  const check = documents.get(document) ?? openApiValidator(document);
  documents.set(document, check);
  return check;
}

let count = 0;

/** Returns an address that is unique in this run. */
export function anEmail(name = "bob"): string {
  count += 1;
  return `${name}-${process.pid}-${count}@example.com`;
}
