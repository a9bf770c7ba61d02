/**
 * One atomic step in Redis: compares what is offered with what lies there, stores it when it is newer, keeps the index of
 * positions true in every case, and hints the bearers. Something there that is no position counts as nothing there; what is
 * not even a hash is taken away, since nothing could be written into it. Only then: after any step that writes, Redis would
 * let the script go beyond the memory that it may use.
 *
 * A signature is no part of what a snapshot is: one that comes later for what lies there already takes its place, and an
 * offer without one takes none away.
 *
 * KEYS: snapshot, positions. ARGV: channel, document, epoch, version, hash, payload, milliseconds, signature or nothing.
 * Answers `{'stored' | 'same'}` or `{'older' | 'fork', 'epoch-version-hash' of what lies there}`.
 *
 * Numbers are compared as doubles, which hold epochs and versions exactly, and are stored as the texts that came.
 */
export const compareAndSetScript = `
local channel, document, epoch, version, hash, payload, now, signature = unpack(ARGV)
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
end
local current = redis.call('HMGET', KEYS[1], 'e', 'v', 'h')
local currentEpoch, currentVersion, currentHash = tonumber(current[1]), tonumber(current[2]), current[3]

local outcome = 'stored'
if currentEpoch and currentVersion and currentHash and #currentHash == 64 then
  local e, v = tonumber(epoch), tonumber(version)
  if e < currentEpoch or (e == currentEpoch and v < currentVersion) then
    outcome = 'older'
  elseif e == currentEpoch and v == currentVersion then
    if hash == currentHash then outcome = 'same' else outcome = 'fork' end
  end
end

if outcome == 'older' or outcome == 'fork' then
  local there = current[1] .. '-' .. current[2] .. '-' .. currentHash
  redis.call('HSET', KEYS[2], document, there)
  return {outcome, there}
end

if outcome == 'stored' then
  redis.call('HSET', KEYS[1], 'e', epoch, 'v', version, 'h', hash, 'payload', payload, 'ts', now)
  if signature == '' then redis.call('HDEL', KEYS[1], 's') end
end
if signature ~= '' then redis.call('HSET', KEYS[1], 's', signature) end
redis.call('HSET', KEYS[2], document, epoch .. '-' .. version .. '-' .. hash)
redis.call('PUBLISH', channel, document .. ' ' .. epoch .. ' ' .. version .. ' ' .. string.sub(hash, 1, 8))
return {outcome}
`;
