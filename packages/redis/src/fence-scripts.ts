import { OFF } from "./fence.ts";

/** Starts the error of a script that ran under another history than the caller's. */
const FENCED = "FENCED";

const NO_PRIMARY = `${FENCED} this is no primary`;

/** Whether the connection leads to a replica. Under Sentinel a new one leads to the primary. */
export const isNoPrimary = (error: Error): boolean => error.message.startsWith(NO_PRIMARY);

export const isFenced = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith(FENCED);

/**
 * The last of ARGV is the history that counts: the `master_replid` of a primary, which changes with
 * each restart and promotion (https://redis.io/docs/latest/operate/oss_and_stack/management/replication/).
 * A replica shows its primary's id while it lags, so the role counts too.
 */
export const UNDER_HISTORY = `
local history = ARGV[#ARGV]
if history ~= '${OFF}' then
  local info = redis.call('INFO', 'replication')
  if not string.find(info, 'role:master', 1, true) then
    return redis.error_reply('${NO_PRIMARY}')
  end
  if not string.find(info, 'master_replid:' .. history, 1, true) then
    return redis.error_reply('${FENCED} Redis has another history')
  end
end
`;

/** KEYS: a partition's mark. Returns the primary's history, '' on a replica, and the mark. */
export const SURVEY = `#!lua flags=no-writes
local info = redis.call('INFO', 'replication')
local history = string.find(info, 'role:master', 1, true)
  and string.match(info, 'master_replid:(%x+)')
return { history or '', redis.call('GET', KEYS[1]) or '' }
`;

/** KEYS: a partition's mark. ARGV: the mark, history. */
export const SET_MARK = `#!lua flags=allow-oom
${UNDER_HISTORY}
redis.call('SET', KEYS[1], ARGV[1])
`;

/**
 * KEYS: a partition's mark. ARGV: the beat, the position, history. Writes the mark if the one that
 * is there has this beat or the one before. Returns whether it did: if not, Redis went back in time
 * under one history.
 */
export const BEAT = `#!lua flags=allow-oom
${UNDER_HISTORY}
local beat = tonumber(ARGV[1])
local stored = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) ') or '-1')
if stored ~= beat and stored ~= beat - 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
return 1
`;
