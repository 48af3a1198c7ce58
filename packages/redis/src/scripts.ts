import { REMEMBER } from "./codec.ts";
import { UNDER_HISTORY } from "./fence-scripts.ts";

/**
 * The scripts of the session store. Each works on one key (except `LOOKUP_SESSIONS`, which only
 * reads), and Redis runs one script at a time, so each is atomic. The last of ARGV is always the
 * history under which the script counts (`fence-scripts.ts`).
 *
 * The key of a user is a hash with these fields:
 *
 *   user      "<epoch> <revision> <verified at, ms, or -> <email>". Without it no session counts.
 *   <hash>    one per session, named by its token's hash (64 hexadecimal digits): "<epoch>
 *             <created at, µs> <last seen at, ms> <idle, ms> <absolute expiry, ms> <remember>".
 *             <remember> is 1 if the browser keeps the cookie after it closes, else 0.
 *
 * No value is longer than 64 bytes if the address is at most 40 long. Then Redis stores the whole
 * hash as one listpack (`hash-max-listpack-value`), which takes less than half of the memory. The
 * creation time is in microseconds, so that sessions of one millisecond have an order.
 */

/** A script that only reads. It runs while writes are paused (Redis 7, during a failover). */
const READ_ONLY = `#!lua flags=no-writes
`;

/** Redis' own clock: all processes share it, however far apart their own clocks are. */
const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Text that does not match the format was not written by us, and counts as missing. */
const CODEC = `
local function decodeSession(text)
  local epoch, createdAt, lastSeenAt, idle, absoluteExpiresAt, remember =
    string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) ([${REMEMBER.no}${REMEMBER.yes}])$')
  return remember and { epoch = tonumber(epoch), createdAt = tonumber(createdAt),
    lastSeenAt = tonumber(lastSeenAt), idle = tonumber(idle),
    absoluteExpiresAt = tonumber(absoluteExpiresAt), remember = remember }
end

local function encodeSession(session)
  return string.format('%.0f %.0f %.0f %.0f %.0f %s', session.epoch, session.createdAt,
    session.lastSeenAt, session.idle, session.absoluteExpiresAt, session.remember)
end

local function decodeUser(text)
  local epoch, revision = string.match(text or '', '^(%d+) (%d+) ')
  return revision and { epoch = tonumber(epoch), revision = tonumber(revision) }
end

local function isLive(session, user, now)
  return session and user and session.epoch == user.epoch
    and now < session.lastSeenAt + session.idle and now < session.absoluteExpiresAt
end
`;

/** Starts the line of a key that could not be read. The error message follows. */
export const ERROR_PREFIX = "!";

/** Separates session and user in a line. Neither contains it. */
export const FIELD_SEPARATOR = "\t";

/**
 * KEYS: users' keys. ARGV: one field per key. Returns one text, the cheapest reply to parse: a line
 * with Redis' time in ms, then one line per key with session and user. The line is empty if the key
 * lacks either, and starts with `ERROR_PREFIX` if reading the key failed.
 */
export const LOOKUP_SESSIONS = `${READ_ONLY}${UNDER_HISTORY}${CLOCK}
local lines = { string.format('%.0f', now) }
for i, key in ipairs(KEYS) do
  local found = redis.pcall('HMGET', key, ARGV[i], 'user')
  local line = found.err and '${ERROR_PREFIX}' .. found.err
    or found[1] and found[2] and found[1] .. '${FIELD_SEPARATOR}' .. found[2]
  if line and string.find(line, '\\n', 1, true) then
    line = '${ERROR_PREFIX}ERR a stored value contains a line break'
  end
  lines[i + 1] = line or ''
end
return table.concat(lines, '\\n')
`;

/**
 * ARGV: field, time of the use in ms. Touches a session that is still live. Reads and writes in one
 * script, so that a late touch does not bring back a session that has ended in between.
 */
export const TOUCH = `${UNDER_HISTORY}${CLOCK}${CODEC}
local found = redis.call('HMGET', KEYS[1], 'user', ARGV[1])
if not (found[1] and found[2]) then return end
local session, usedAt = decodeSession(found[2]), tonumber(ARGV[2])
if not isLive(session, decodeUser(found[1]), now) or session.lastSeenAt >= usedAt then return end
session.lastSeenAt = usedAt
redis.call('HSET', KEYS[1], ARGV[1], encodeSession(session))
`;

/**
 * ARGV: field, user, idle ms, absolute ms, maximum number of sessions, remember flag, and from a
 * session that this one replaces: creation in µs and absolute expiry in ms, else ''. Returns the
 * session, or nil if the key has a later epoch. Deletes sessions that are not live, and the oldest
 * beyond the maximum. The key expires with its longest session, so a touch need not extend it.
 */
export const OPEN = `${UNDER_HISTORY}${CLOCK}${CODEC}
local key, field, user = KEYS[1], ARGV[1], decodeUser(ARGV[2])
local stored = decodeUser(redis.call('HGET', key, 'user'))
if stored and stored.epoch > user.epoch then return false end
local createdAt = tonumber(ARGV[7]) or time[1] * 1000000 + time[2]
local absoluteExpiresAt = tonumber(ARGV[8]) or now + tonumber(ARGV[4])
if absoluteExpiresAt <= now then return false end
if not stored or user.revision > stored.revision then redis.call('HSET', key, 'user', ARGV[2]) end

local live = {}
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  if all[i] ~= 'user' then
    local session = decodeSession(all[i + 1])
    if isLive(session, user, now) then
      live[#live + 1] = { field = all[i], createdAt = session.createdAt }
    else
      redis.call('HDEL', key, all[i])
    end
  end
end
table.sort(live, function(a, b) return a.createdAt < b.createdAt end)
for i = 1, #live - tonumber(ARGV[5]) + 1 do redis.call('HDEL', key, live[i].field) end

local session = encodeSession({ epoch = user.epoch, createdAt = createdAt, lastSeenAt = now,
  idle = tonumber(ARGV[3]), absoluteExpiresAt = absoluteExpiresAt, remember = ARGV[6] })
redis.call('HSET', key, field, session)
if redis.call('PTTL', key) < absoluteExpiresAt - now then
  redis.call('PEXPIRE', key, string.format('%.0f', absoluteExpiresAt - now))
end
return session
`;

/** ARGV: prefix of the session's field. Returns field and session if the session was live. */
export const END = `${UNDER_HISTORY}${CLOCK}${CODEC}
local user, all = nil, redis.call('HGETALL', KEYS[1])
local field, session
for i = 1, #all, 2 do
  if all[i] == 'user' then user = decodeUser(all[i + 1])
  elseif string.sub(all[i], 1, 30) == ARGV[1] then field, session = all[i], all[i + 1] end
end
if not field then return false end
redis.call('HDEL', KEYS[1], field)
return isLive(decodeSession(session), user, now) and { field, session }
`;

/**
 * ARGV: user. Writes only if the key exists with an older revision. Runs when Redis is full too:
 * the change was committed, and the new copy replaces the old one.
 */
export const SYNC_USER = `#!lua flags=allow-oom
${UNDER_HISTORY}${CODEC}
local key, user = KEYS[1], decodeUser(ARGV[1])
local stored = decodeUser(redis.call('HGET', key, 'user'))
if not stored or user.revision <= stored.revision then return end
if user.epoch > stored.epoch then
  local ttl = redis.call('PTTL', key)
  redis.call('DEL', key) -- every session in it is of an earlier epoch
  if ttl == 0 then return end -- it was about to expire; a new key would never expire
  redis.call('HSET', key, 'user', ARGV[1])
  if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
else
  redis.call('HSET', key, 'user', ARGV[1])
end
`;

/** Deletes the user's copy and sessions. */
export const DELETE_USER = `${UNDER_HISTORY}
redis.call('DEL', KEYS[1])
`;

/** Returns field and session of each live session, in no order. */
export const LIST = `${READ_ONLY}${UNDER_HISTORY}${CLOCK}${CODEC}
local listed = {}
local all = redis.call('HGETALL', KEYS[1])
local user = decodeUser(redis.call('HGET', KEYS[1], 'user'))
for i = 1, #all, 2 do
  if all[i] ~= 'user' and isLive(decodeSession(all[i + 1]), user, now) then
    listed[#listed + 1] = { all[i], all[i + 1] }
  end
end
return listed
`;

/**
 * KEYS: a window of attempts. ARGV: 1, the window's seconds, the limit. Counts an attempt, unless
 * the limit is reached. Returns the count, or the limit plus 1, and the window's milliseconds.
 */
export const TAKE = `
local limit = tonumber(ARGV[3])
if tonumber(redis.call('GET', KEYS[1]) or '0') >= limit then
  return { limit + 1, redis.call('PTTL', KEYS[1]) }
end
redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')
return { redis.call('INCRBY', KEYS[1], ARGV[1]), redis.call('PTTL', KEYS[1]) }
`;

/**
 * KEYS: a window of attempts. Takes one back. A window without attempts takes no memory: most
 * log-ins succeed, and would leave three of them for a quarter of an hour.
 */
export const GIVE_BACK = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count > 1 then redis.call('DECR', KEYS[1]) else redis.call('DEL', KEYS[1]) end
`;
