import { setTimeout as pause } from "node:timers/promises";
import type { ReceivedMail } from "@postern/test-servers";
import { anEmail, visitor } from "../visitor.ts";

/** The acknowledged requests. All must be stored in the end. */
export interface Acknowledged {
  readonly registered: string[];
  readonly loggedIn: string[];
  readonly resetRequested: string[];
  readonly reset: string[];
}

export interface Traffic {
  readonly acknowledged: Acknowledged;
  stop(): Promise<void>;
}

interface TrafficOptions {
  readonly lanes: number;
  readonly origin: () => string;
  readonly mails: readonly ReceivedMail[];
}

const PASSWORD = "MyPwdOfBob";
const BETWEEN_MS = 100;
const MAIL_WITHIN_MS = 20_000;

/** People who register, log in, and sometimes reset their password, until they are stopped. */
export function startTraffic({ lanes, origin, mails }: TrafficOptions): Traffic {
  const acknowledged: Acknowledged = {
    registered: [],
    loggedIn: [],
    resetRequested: [],
    reset: [],
  };
  const stopping = new AbortController();

  /** Returns whether the API answered as it should. A dead API does not answer at all. */
  const answers = async (request: Promise<{ status: number }>, ...wanted: number[]) => {
    const status = await request.then((answer) => answer.status).catch(() => undefined);
    await pause(BETWEEN_MS);
    return status !== undefined && wanted.includes(status);
  };

  async function tokenIn(email: string): Promise<string | undefined> {
    const deadline = Date.now() + MAIL_WITHIN_MS;
    while (Date.now() < deadline && !stopping.signal.aborted) {
      const mail = mails.find(
        ({ recipients, message }) =>
          recipients[0] === email && message.subject === "Reset your password",
      );
      const token = /The reset token: (\S+)/.exec(mail?.message.text ?? "")?.[1];
      if (token) return token;
      await pause(50);
    }
    return undefined;
  }

  async function forget(email: string): Promise<void> {
    const bob = visitor(origin());
    if (!(await answers(bob.send("POST", "/reset_password", { email }), 202))) return;
    acknowledged.resetRequested.push(email);
    const token = await tokenIn(email);
    if (!token) return;
    const reset = visitor(origin()).reset(email, token, "another password");
    if (await answers(reset, 200)) acknowledged.reset.push(email);
  }

  async function live(lane: number): Promise<void> {
    const forgetting: Promise<void>[] = [];
    for (let turn = 0; !stopping.signal.aborted; turn += 1) {
      const email = anEmail(`lane${lane}`);
      if (!(await answers(visitor(origin()).register(email, PASSWORD), 200, 202))) continue;
      acknowledged.registered.push(email);
      if (await answers(visitor(origin()).logIn(email, PASSWORD), 200)) {
        acknowledged.loggedIn.push(email);
      }
      if (turn % 3 === 0) forgetting.push(forget(email));
    }
    await Promise.all(forgetting);
  }

  const living = Promise.all(Array.from({ length: lanes }, (_, lane) => live(lane)));
  return {
    acknowledged,
    async stop() {
      stopping.abort();
      await living;
    },
  };
}
