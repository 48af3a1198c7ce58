/**
 * The scripts of the session store. Each is about one key (but `LOOK`, which only reads), and Redis
 * runs a script alone, so each is atomic.
 *
 * The key of a user is a hash:
 *
 *   user       "<epoch> <revision> <verified ms or -> <email>"; a key without it holds no session
 *   <hash>     of a token, 64 hexadecimal digits, one a session:
 *              "<epoch> <created µs> <seen ms> <idle ms> <absolute expiry ms>";
 *              an idle time that is written with a 0 in front: to be remembered beyond the browser's end
 *
 * No value is longer than 64 bytes where the address is no longer than 40, so that Redis keeps the
 * whole of it in one piece (`hash-max-listpack-value`), at less than half of what it takes otherwise.
 * Created in microseconds, so that of sessions opened in the same millisecond one is the older.
 */

/** Of a script that only reads: it may go on where writes may not (Redis 7, while it fails over). */
const READS = `#!lua flags=no-writes
`;

/** Redis' own clock: however far apart the clocks of our processes are, sessions have one. */
const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** What cannot be read was not written by us, and is as good as nothing. */
const PACKING = `
local function unpackSession(packed)
  local epoch, created, seen, idle, over = string.match(packed, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  return over and { epoch = tonumber(epoch), created = tonumber(created), seen = tonumber(seen),
    idle = tonumber(idle), over = tonumber(over), mark = string.match(idle, '^0?') }
end

local function packSession(session)
  return string.format('%.0f %.0f %.0f %s%.0f %.0f', session.epoch, session.created, session.seen,
    session.mark, session.idle, session.over)
end

local function unpackUser(packed)
  local epoch, revision = string.match(packed or '', '^(%d+) (%d+) ')
  return revision and { epoch = tonumber(epoch), revision = tonumber(revision) }
end

local function counts(session, user, now)
  return session and user and session.epoch == user.epoch
    and now < session.seen + session.idle and now < session.over
end
`;

/** What a look finds wrong with a key begins with it. */
export const WRONG = "!";

/**
 * KEYS: of users. ARGV: for each a field. Gives lines, as one text is the least to read: Redis' time in
 * ms, and for each key session and user, a space between; nothing, if it lacks one; or what is wrong.
 */
export const LOOK = `${READS}${CLOCK}
local lines = { string.format('%.0f', now) }
for i, key in ipairs(KEYS) do
  local kept = redis.pcall('HMGET', key, ARGV[i], 'user')
  local line = kept.err and '${WRONG}' .. kept.err or kept[1] and kept[2] and kept[1] .. ' ' .. kept[2]
  if line and string.find(line, '\\n', 1, true) then line = '${WRONG}ERR more than a line is kept' end
  lines[i + 1] = line or ''
end
return table.concat(lines, '\\n')
`;

/**
 * ARGV: field, time of the use in ms. Touches a session that counts now, however late it comes: a
 * look and a write in one, so that it brings none back that ended in between.
 */
export const TOUCH = `${CLOCK}${PACKING}
local kept = redis.call('HMGET', KEYS[1], 'user', ARGV[1])
if not (kept[1] and kept[2]) then return end
local session, used = unpackSession(kept[2]), tonumber(ARGV[2])
if not counts(session, unpackUser(kept[1]), now) or session.seen >= used then return end
session.seen = used
redis.call('HSET', KEYS[1], ARGV[1], packSession(session))
`;

/**
 * ARGV: field, user, idle ms, absolute ms, most sessions, the mark, and
 * of a session whose place it takes: created µs and absolute expiry ms, else ''. Gives the session, or
 * nil if the key knows a later epoch. Drops sessions that no longer count, and the oldest too many.
 * The key lives as long as its longest session may, so no touch needs to extend it.
 */
export const OPEN = `${CLOCK}${PACKING}
local key, field, user = KEYS[1], ARGV[1], unpackUser(ARGV[2])
local kept = unpackUser(redis.call('HGET', key, 'user'))
if kept and kept.epoch > user.epoch then return false end
local created = tonumber(ARGV[7]) or time[1] * 1000000 + time[2]
local over = tonumber(ARGV[8]) or now + tonumber(ARGV[4])
if over <= now then return false end
if not kept or user.revision > kept.revision then redis.call('HSET', key, 'user', ARGV[2]) end

local live = {}
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  if all[i] ~= 'user' then
    local session = unpackSession(all[i + 1])
    if counts(session, user, now) then
      live[#live + 1] = { field = all[i], created = session.created }
    else
      redis.call('HDEL', key, all[i])
    end
  end
end
table.sort(live, function(a, b) return a.created < b.created end)
for i = 1, #live - tonumber(ARGV[5]) + 1 do redis.call('HDEL', key, live[i].field) end

local session = packSession({ epoch = user.epoch, created = created, seen = now,
  idle = tonumber(ARGV[3]), over = over, mark = ARGV[6] })
redis.call('HSET', key, field, session)
if redis.call('PTTL', key) < over - now then
  redis.call('PEXPIRE', key, string.format('%.0f', over - now))
end
return session
`;

/** ARGV: what the session's field begins with. Gives field and session, if it counted. */
export const END = `${CLOCK}${PACKING}
local user, all = nil, redis.call('HGETALL', KEYS[1])
local field, packed
for i = 1, #all, 2 do
  if all[i] == 'user' then user = unpackUser(all[i + 1])
  elseif string.sub(all[i], 1, 30) == ARGV[1] then field, packed = all[i], all[i + 1] end
end
if not field then return false end
redis.call('HDEL', KEYS[1], field)
return counts(unpackSession(packed), user, now) and { field, packed }
`;

/** ARGV: user. Only where there is a key with an older revision. */
export const PROJECT = `${PACKING}
local key, user = KEYS[1], unpackUser(ARGV[1])
local kept = unpackUser(redis.call('HGET', key, 'user'))
if not kept or user.revision <= kept.revision then return end
if user.epoch > kept.epoch then
  local ttl = redis.call('PTTL', key)
  redis.call('DEL', key) -- every session in it is of an earlier epoch
  if ttl == 0 then return end -- it was about to go; set again it would have no end
  redis.call('HSET', key, 'user', ARGV[1])
  if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
else
  redis.call('HSET', key, 'user', ARGV[1])
end
`;

/** Gives field and session of each that counts, in no order. */
export const LIST = `${READS}${CLOCK}${PACKING}
local listed = {}
local all = redis.call('HGETALL', KEYS[1])
local user = unpackUser(redis.call('HGET', KEYS[1], 'user'))
for i = 1, #all, 2 do
  if all[i] ~= 'user' and counts(unpackSession(all[i + 1]), user, now) then
    listed[#listed + 1] = { all[i], all[i + 1] }
  end
end
return listed
`;
