type Fields = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Somebody who uses the service over HTTP, with a cookie jar that holds one cookie. */
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
      const response = await fetch(origin + path, {
        method,
        redirect: "manual",
        ...(self.cookie && { headers: { cookie: self.cookie } }),
        ...(fields && { body: new URLSearchParams(fields) }),
      });
      const [given] = response.headers.getSetCookie();
      if (given) self.cookie = given.split(";")[0] ?? "";
      return { status: response.status, headers: response.headers, text: await response.text() };
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

let count = 0;

/** An address that nobody else in this run has. */
export function anEmail(name = "bob"): string {
  count += 1;
  return `${name}-${process.pid}-${count}@example.com`;
}
