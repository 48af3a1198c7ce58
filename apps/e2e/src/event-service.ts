import {
  type HttpReceiver,
  type MailVerdict,
  type ReceivedMail,
  type ReceivedPost,
  type Runtime,
  type SmtpSink,
  startHttpReceiver,
  startSmtpSink,
} from "@postern/test-servers";
import {
  type ApiProcess,
  postern,
  type ServiceProcess,
  startApi,
  startWorker,
} from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";

type Environment = Readonly<Record<string, string>>;

/** The service in full mode, with a real mail server and a real receiver of webhooks. */
export interface EventService {
  readonly api: ApiProcess;
  readonly stores: Stores;
  readonly smtp: SmtpSink;
  readonly receiver: HttpReceiver;
  readonly environment: Environment;
  /** Starts one more worker. */
  startWorker(more?: Environment): Promise<ServiceProcess>;
  /** Runs an operator's command and returns its output. Throws if it fails. */
  operate(...args: string[]): Promise<unknown>;
  /** Ends everything that was started here. */
  end(): Promise<void>;
  /** Ends everything, and closes the stores. */
  close(): Promise<void>;
}

interface EventServiceOptions {
  /** Default: a database of its own, and the run's Redis. */
  readonly stores?: Stores;
  /** Of the API. Default: Node. */
  readonly runtime?: Runtime;
  readonly environment?: Environment;
  readonly judgeMail?: (mail: ReceivedMail) => MailVerdict | Promise<MailVerdict>;
  readonly answerPost?: (
    post: ReceivedPost,
  ) => ReturnType<NonNullable<Parameters<typeof startHttpReceiver>[0]>>;
}

/** The course policy, but closed. Closed disclosure needs verified addresses. */
export const CLOSED = {
  POLICY_DISCLOSURE: "closed",
  POLICY_VERIFICATION_REQUIRED: "true",
  POLICY_VERIFICATION_ON_REGISTRATION: "true",
  POLICY_UNVERIFIED_SECONDS: "0",
};

/** Open disclosure, where nobody has to verify an address. */
export const OPEN = {
  POLICY_DISCLOSURE: "open",
  POLICY_VERIFICATION_REQUIRED: "false",
  POLICY_VERIFICATION_ON_REGISTRATION: "false",
};

/**
 * Marks each new user as verified, as an operator who vouches for everybody would. So tests about
 * something else need not read a mail for each user.
 */
export async function vouchForAll(stores: Stores): Promise<void> {
  await stores.query(`
    create function vouch() returns trigger language plpgsql as
      $$ begin new.email_verified_at := now(); return new; end $$;
    create trigger vouch before insert on postern.users for each row execute function vouch()`);
}

/** Settings for closed disclosure with mail. Use `vouchForAll` where users log in unverified. */
export const mailing = ({ environment }: Stores, smtp: SmtpSink): Environment => ({
  ...environment,
  ...CLOSED,
  BCRYPT_COST: "4",
  PUBLIC_URL: "http://127.0.0.1",
  SMTP_URL: smtp.url,
  MAIL_FROM: "Postern <no-reply@example.com>",
});

export async function startEventService(options: EventServiceOptions = {}): Promise<EventService> {
  const stores = options.stores ?? (await fullStores());
  const smtp = await startSmtpSink(options.judgeMail);
  const receiver = await startHttpReceiver(options.answerPost);
  const environment: Environment = {
    ...mailing(stores, smtp),
    WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8",
    ...options.environment,
  };
  const isVouched =
    environment["POLICY"] !== "strict" && environment["POLICY_VERIFICATION_REQUIRED"] === "true";
  if (isVouched) await vouchForAll(stores);
  const api = await startApi(environment, { ...(options.runtime && { runtime: options.runtime }) });
  const workers: ServiceProcess[] = [];
  async function end(): Promise<void> {
    await Promise.all([api, ...workers].map((one) => one.end("SIGKILL")));
    await Promise.all([smtp.close(), receiver.close()]);
  }
  return {
    api,
    stores,
    smtp,
    receiver,
    environment,
    async startWorker(more = {}) {
      const worker = await startWorker({ ...environment, ...more });
      workers.push(worker);
      return worker;
    },
    async operate(...args) {
      const { code, stdout, stderr } = await postern(environment, "--json", ...args);
      if (code !== 0) throw new Error(`postern ${args.join(" ")}: ${code} ${stderr}`);
      return JSON.parse(stdout) as unknown;
    },
    end,
    async close() {
      await end();
      await stores.close();
    },
  };
}
