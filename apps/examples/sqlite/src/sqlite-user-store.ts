import type { DatabaseSync } from "node:sqlite";
import type {
  OutgoingEvent,
  SessionRef,
  User,
  UserEvent,
  UserId,
  UserStore,
} from "@postern/domain";

/** A user with what only the store reads. Dates are kept as ISO 8601. */
interface Row {
  readonly user: User;
  readonly passwordHash?: string | undefined;
  readonly idempotencyHash?: string | undefined;
}

type Change = Partial<User> & Omit<Row, "user">;

const SCHEMA = `
  create table if not exists users (id text primary key, email_key text unique, row text);
  create table if not exists events (id text primary key, user_id text, event text)`;

/** Users in SQLite. Its calls are synchronous, so what happens between two awaits is atomic. */
export function sqliteUserStore(db: DatabaseSync): UserStore {
  db.exec(SCHEMA);
  const insert = db.prepare("insert or ignore into users values (?, ?, ?)");
  const write = db.prepare("update users set row = ? where id = ?");
  const byId = db.prepare("select row from users where id = ?");
  const byKey = db.prepare("select row from users where email_key = ?");
  const all = db.prepare("select row from users where id > ? order by id limit ?");
  const erase = db.prepare("delete from users where id = ?");
  const log = db.prepare("insert or ignore into events values (?, ?, ?)");
  const ended = db.prepare(`select 1 from events where user_id = ? and
    event ->> 'type' = 'session.revoked' and event -> 'data' ->> 'sessionId' = ?`);

  const read = (found: unknown) => found && parse((found as { row: string }).row);
  const find = (id: UserId) => read(byId.get(id)) as Row | undefined;
  const append = (events: readonly OutgoingEvent[]) => {
    for (const event of events) log.run(event.id, event.userId ?? null, JSON.stringify(event));
  };
  const isCurrent = ({ id, userId, epoch }: SessionRef) => {
    const user = find(userId)?.user;
    return user?.epoch === epoch && !user.disabledAt && !ended.get(userId, id);
  };
  const mayAct = (session: SessionRef | undefined) => !session || isCurrent(session);

  /** Runs it in one transaction. */
  function atomically<Value>(act: () => Value): Value {
    db.exec("begin immediate");
    try {
      const value = act();
      db.exec("commit");
      return value;
    } catch (error) {
      db.exec("rollback");
      throw error;
    }
  }

  /** Changes a user as `decide` says, with the events. `undefined`: nothing was changed. */
  const update = (
    id: UserId,
    decide: (row: Row) => Change | undefined,
    events: readonly OutgoingEvent[],
  ) =>
    atomically(() => {
      const row = find(id);
      const change = row && decide(row);
      if (!row || !change) return undefined;
      const { passwordHash = row.passwordHash, idempotencyHash, ...fields } = change;
      const revision = row.user.revision + 1;
      const user = { ...row.user, revision, ...fields, updatedAt: new Date() };
      const kept = "idempotencyHash" in change ? idempotencyHash : row.idempotencyHash;
      const hash = "passwordHash" in change ? change.passwordHash : passwordHash;
      write.run(JSON.stringify({ user, passwordHash: hash, idempotencyHash: kept }), id);
      append(events);
      return user;
    });

  const remove = (id: UserId, events: readonly OutgoingEvent[], mayDo: () => boolean) =>
    atomically(() => {
      if (!mayDo() || erase.run(id).changes === 0) return false;
      append(events);
      return true;
    });

  const isOverdue = ({ emailVerifiedAt, verifyBy }: User) =>
    !emailVerifiedAt && verifyBy !== undefined && verifyBy <= new Date();
  const credentials = (row: Row | undefined) =>
    row && { user: row.user, passwordHash: row.passwordHash as never };
  const ofKey = (key: string) => read(byKey.get(key)) as Row | undefined;
  const rows = (after: string, limit: number) =>
    (all.all(after, limit) as { row: string }[]).map(({ row }) => parse(row).user);

  return {
    async create(
      { passwordHash, verifyWithinMs, language, ...fields },
      events,
      eventsIfTaken = [],
    ) {
      return atomically(() => {
        const now = new Date();
        const verifyBy =
          verifyWithinMs === undefined ? undefined : new Date(now.getTime() + verifyWithinMs);
        const fresh = { epoch: 0, revision: 0, emailVerifiedAt: undefined, disabledAt: undefined };
        const times = { verifyBy, createdAt: now, updatedAt: now };
        const user: User = { ...fields, ...fresh, ...times, language };
        const row = JSON.stringify({ user, passwordHash });
        const isNew = insert.run(user.id, user.emailKey, row).changes === 1;
        append(isNew ? events : eventsIfTaken);
        return isNew ? user : undefined;
      });
    },
    findById: async (id) => find(id)?.user,
    findByEmail: async (key) => ofKey(key)?.user,
    findCredentialsByEmail: async (key) => credentials(ofKey(key)),
    findCredentialsById: async (id) => credentials(find(id)),
    async replacePassword({ userId, expectedEpoch, passwordHash, ...more }, events) {
      const { actingSession, idempotencyHash, verifiesEmail = false, language } = more;
      const decide = ({ user }: Row) =>
        user.epoch === expectedEpoch && !user.disabledAt && mayAct(actingSession)
          ? {
              passwordHash,
              idempotencyHash,
              epoch: user.epoch + 1,
              ...(verifiesEmail &&
                !user.emailVerifiedAt && { emailVerifiedAt: new Date(), language }),
            }
          : undefined;
      return update(userId, decide, events);
    },
    async findByIdempotencyHash(id, hash) {
      const row = find(id);
      return row?.idempotencyHash === hash ? row.user : undefined;
    },
    async verifyEmail({ userId, expectedEpoch, keepsPassword, language, actingSession }, events) {
      const decide = ({ user }: Row) => {
        const stands = user.epoch === expectedEpoch && !user.disabledAt && !user.emailVerifiedAt;
        if (!stands || !mayAct(actingSession)) return undefined;
        const emailVerifiedAt = new Date();
        if (keepsPassword) return { emailVerifiedAt };
        const cleared = { passwordHash: undefined, idempotencyHash: undefined, language };
        return { ...cleared, emailVerifiedAt, epoch: user.epoch + 1 };
      };
      return update(userId, decide, events);
    },
    raiseEpoch: async (session, events) =>
      update(
        session.userId,
        ({ user }) => (isCurrent(session) ? { epoch: user.epoch + 1 } : undefined),
        events,
      ),
    setLanguage: async (session, language) =>
      update(
        session.userId,
        ({ user: { revision } }) => (isCurrent(session) ? { language, revision } : undefined),
        [],
      ),
    rehash: async ({ userId, expectedEpoch, expectedHash, passwordHash }) =>
      update(
        userId,
        (row) =>
          row.user.epoch === expectedEpoch && row.passwordHash === expectedHash
            ? { passwordHash }
            : undefined,
        [],
      ),
    disable: async (id, events) =>
      update(
        id,
        ({ user }) =>
          user.disabledAt ? undefined : { disabledAt: new Date(), epoch: user.epoch + 1 },
        events,
      ),
    enable: async (id, events) =>
      update(id, ({ user }) => (user.disabledAt ? { disabledAt: undefined } : undefined), events),
    delete: async (id, events, session) => remove(id, events, () => mayAct(session)),
    async deleteUnverified(id, events) {
      return remove(id, events, () => {
        const user = find(id)?.user;
        return user !== undefined && isOverdue(user);
      });
    },
    listUnverified: async (limit) => rows("", -1).filter(isOverdue).slice(0, limit),
    async endSessions(ids, events) {
      const raised = ids.map((id) =>
        update(
          id,
          ({ user }) => ({ epoch: user.epoch + 1 }),
          events.filter(({ userId }) => userId === id),
        ),
      );
      return raised.filter((user) => user !== undefined);
    },
    list: async ({ after = "", limit }) => rows(after, limit),
  };
}

/** The events that the store has kept, as the contract reads them. */
export const sqliteEvents = (db: DatabaseSync) => {
  const events = (text: string, ...given: string[]) =>
    (db.prepare(`select event from events ${text}`).all(...given) as { event: string }[]).map(
      ({ event }) => parse(event) as unknown as UserEvent,
    );
  return {
    append: async (given: readonly OutgoingEvent[]) => {
      for (const event of given)
        db.prepare("insert or ignore into events values (?, ?, ?)").run(
          event.id,
          event.userId ?? null,
          JSON.stringify(event),
        );
    },
    find: async (id: string) => events("where id = ?", id)[0],
    list: async (userId: string, limit: number, after = "") =>
      events("where user_id = ? and id > ? order by id", userId, after).slice(0, limit),
  };
};

/** JSON has no dates and no `undefined`. */
const DATES = /^(\w+At|verifyBy)$/;
const ABSENT = { emailVerifiedAt: undefined, disabledAt: undefined, verifyBy: undefined };
function parse(text: string): Row {
  const value = JSON.parse(text, (name, field: unknown) =>
    DATES.test(name) && typeof field === "string" ? new Date(field) : field,
  ) as Row;
  return value.user ? { ...value, user: { ...ABSENT, ...value.user } } : value;
}
