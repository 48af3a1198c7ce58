/**
 * The scripts of the session store. Each touches one key, so it runs on one Cluster slot, and Redis
 * runs a script alone, so each is atomic.
 *
 * The key of a user is a hash:
 *
 *   epoch      the user's epoch; a key without it holds no session
 *   user       "<revision> <JSON of the user as a check answers it>"
 *   s:<hash>   "<epoch> <id> <created µs> <seen ms> <idle ms> <absolute expiry ms>", one a session;
 *              an idle time that is written with a 0 in front: to be remembered beyond the browser's end
 *              (so that nodes of before this mark was read can read the rest)
 *
 * Created in microseconds, so that of sessions opened in the same millisecond one is the older.
 */

/** Redis' own clock: however far apart the clocks of our processes are, sessions have one. */
const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const PACKING = `
local function unpackSession(packed)
  local epoch, id, created, seen, idle, over =
    string.match(packed, '^(%d+) (%S+) (%d+) (%d+) (%d+) (%d+)$')
  return { epoch = epoch, id = id, created = tonumber(created), seen = tonumber(seen),
    idle = tonumber(idle), over = tonumber(over), mark = string.match(idle, '^0?') }
end

local function packSession(session)
  return string.format('%s %s %.0f %.0f %s%.0f %.0f', session.epoch, session.id, session.created,
    session.seen, session.mark, session.idle, session.over)
end

local function isLive(session, now)
  return now < session.seen + session.idle and now < session.over
end
`;

/** The revision in front of a user's JSON. */
const REVISION = `
local function revisionOf(user) return tonumber(string.match(user, '^(%d+) ')) end
`;

/**
 * ARGV: field, time of the use in ms. Touches a session that is live now, however late it comes: a
 * look and a write in one, so that it brings none back that ended in between.
 */
export const TOUCH = `${CLOCK}${PACKING}
local kept = redis.call('HMGET', KEYS[1], 'epoch', ARGV[1])
if not (kept[1] and kept[2]) then return end
local session, used = unpackSession(kept[2]), tonumber(ARGV[2])
if session.epoch ~= kept[1] or session.seen >= used or not isLive(session, now) then return end
session.seen = used
redis.call('HSET', KEYS[1], ARGV[1], packSession(session))
`;

/**
 * ARGV: field, epoch, user, session id, idle ms, absolute ms, most sessions, the mark, and
 * of a session whose place it takes: created µs and absolute expiry ms, else ''. Gives the session, or
 * nil if the key knows a later epoch. Drops sessions that are over, or of an earlier epoch, or the
 * oldest too many. The key lives as long as its longest session may, so no touch needs to extend it.
 */
export const OPEN = `${CLOCK}${PACKING}${REVISION}
local key, field, epoch, user = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local kept = redis.call('HMGET', key, 'epoch', 'user')
if kept[1] and tonumber(kept[1]) > tonumber(epoch) then return false end
local created = tonumber(ARGV[9]) or time[1] * 1000000 + time[2]
local over = tonumber(ARGV[10]) or now + tonumber(ARGV[6])
if over <= now then return false end
redis.call('HSET', key, 'epoch', epoch)
if not kept[2] or revisionOf(user) > revisionOf(kept[2]) then redis.call('HSET', key, 'user', user) end

local live = {}
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 's:' then
    local session = unpackSession(all[i + 1])
    if session.epoch == epoch and isLive(session, now) then
      live[#live + 1] = { field = all[i], created = session.created }
    else
      redis.call('HDEL', key, all[i])
    end
  end
end
table.sort(live, function(a, b) return a.created < b.created end)
for i = 1, #live - tonumber(ARGV[7]) + 1 do redis.call('HDEL', key, live[i].field) end

local session = packSession({ epoch = epoch, id = ARGV[4], created = created, seen = now,
  idle = tonumber(ARGV[5]), over = over, mark = ARGV[8] })
redis.call('HSET', key, field, session)
if redis.call('PTTL', key) < over - now then
  redis.call('PEXPIRE', key, string.format('%.0f', over - now))
end
return session
`;

/** ARGV: session id. */
export const END = `${PACKING}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 's:' and unpackSession(all[i + 1]).id == ARGV[1] then
    redis.call('HDEL', KEYS[1], all[i])
  end
end
`;

/** ARGV: epoch, user. Epoch and user together, and only where there is a key with an older revision. */
export const PROJECT = `${REVISION}
local kept = redis.call('HMGET', KEYS[1], 'epoch', 'user')
if not (kept[1] and kept[2]) or revisionOf(ARGV[2]) <= revisionOf(kept[2]) then return end
if tonumber(ARGV[1]) > tonumber(kept[1]) then
  local ttl = redis.call('PTTL', KEYS[1])
  redis.call('DEL', KEYS[1]) -- every session in it is of an earlier epoch
  if ttl == 0 then return end -- it was about to go; set again it would have no end
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'user', ARGV[2])
  if ttl > 0 then redis.call('PEXPIRE', KEYS[1], ttl) end
else
  redis.call('HSET', KEYS[1], 'user', ARGV[2])
end
`;

/** Gives the live sessions, in no order. */
export const LIST = `${CLOCK}${PACKING}
local live = {}
local all = redis.call('HGETALL', KEYS[1])
local kept = redis.call('HGET', KEYS[1], 'epoch')
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 's:' then
    local session = unpackSession(all[i + 1])
    if session.epoch == kept and isLive(session, now) then live[#live + 1] = all[i + 1] end
  end
end
return live
`;
