import { storeKeys, usageRecordField, usageRecordSchema } from '@fauna-flags/protocol';
import type { StoreCommands } from '../publishing/index.ts';
import { type TakenUsage, takenMax, type UsageSource } from './usage-source.ts';

/** The one group, and the one consumer in it: what a manager that died has taken comes to whoever asks next. */
const group = 'managers';

/** Long past the time in which records are written down, or could not be. */
const againMs = 60_000;

/**
 * What was handed out long ago comes first, then what is new. The group is made with the first question, and again where
 * Redis has been emptied. Entries that were trimmed while they were out are gone, and are passed over.
 */
const takeScript = `
local claimed = redis.pcall('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[1], ARGV[2], '0', 'COUNT', ARGV[3])
if claimed.err then
  if string.sub(claimed.err, 1, 7) ~= 'NOGROUP' then return claimed end
  redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
  claimed = {'0', {}}
end
local answer = {}
local function add(entries)
  for _, entry in ipairs(entries) do
    if entry and entry[2] then
      answer[#answer + 1] = entry[1]
      local text = ''
      for at = 1, #entry[2], 2 do
        if entry[2][at] == ARGV[4] then text = entry[2][at + 1] end
      end
      answer[#answer + 1] = text
    end
  end
end
add(claimed[2])
local left = tonumber(ARGV[3]) - #answer / 2
if left >= 1 then
  local fresh = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[1], 'COUNT', left, 'STREAMS', KEYS[1], '>')
  if fresh then add(fresh[1][2]) end
end
return answer`;

const doneScript = `
redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 2))
return redis.call('XDEL', KEYS[1], unpack(ARGV, 2))`;

/**
 * Takes usage out of the stream that bearers write to, as a group of consumers. Each question is one script, so that it is
 * the same over a connection, in a cluster and over the REST API of Upstash. The commands belong to the caller.
 */
export function storeUsageSource(
  commands: Pick<StoreCommands, 'evaluate'>,
  { againAfterMs = againMs }: { readonly againAfterMs?: number } = {},
): UsageSource {
  let isClosed = false;
  const evaluate = (script: string, args: readonly (string | number)[]) => {
    if (isClosed) return Promise.reject(new Error('Cannot take usage: this source was closed'));
    return commands.evaluate({ script, keys: [storeKeys.usage], args });
  };
  return {
    async take() {
      const answer = await evaluate(takeScript, [group, againAfterMs, takenMax, usageRecordField]);
      const texts = Array.isArray(answer) ? answer.map(String) : [];
      const taken: TakenUsage[] = [];
      for (let at = 0; at + 1 < texts.length; at += 2)
        taken.push({ handle: texts[at] ?? '', record: recordIn(texts[at + 1] ?? '') });
      return taken;
    },
    async done(handles) {
      if (handles.length > 0) await evaluate(doneScript, [group, ...handles]);
    },
    async close() {
      isClosed = true;
    },
  };
}

function recordIn(text: string): TakenUsage['record'] {
  try {
    return usageRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
