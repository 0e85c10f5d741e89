-- Appends one batch of reports of one shard: all of it, once, or nothing.
--
-- KEYS[1]  the guard of the batch; the others are named by their index in ARGV
-- ARGV     digest of the batch, seconds to keep the guard, share per network (0: no limit), dedup window (s),
--          seconds to keep buckets, seconds to keep reporters and networks, now (s), number of targets, number of groups, number of reports
-- target   index of the region's bucket hash, of the bucket hash of ALL, of the service's regions hash; region
-- group    target, bucket of the hour, symptom, count                          (reports that nothing has to be asked about)
-- report   target, bucket of the hour, symptom, count, at (s), index of the reporters hash of this window, of the window before,
--          of the networks hash; reporter or '', network or '', the reporter's name in the window before
--
-- Answers  '!'                     this batch id was used for another content
--          'R' outcomes '|' mixed  committed before: what was answered then
--          'N' outcomes '|' mixed '|' touched
-- outcomes one letter per report: c(ounted), d(uplicate), q(uarantined), m(ixed: the next number in the list mixed was counted, the rest quarantined)
-- touched  'index field total' of each counter that moved: totals are absolute, so hearing one twice is harmless
local digest = ARGV[1]
local before = redis.call('GET', KEYS[1])
if before then
  if string.sub(before, 1, #digest) ~= digest then return '!' end
  return 'R' .. string.sub(before, #digest + 1)
end

local share, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local keep_buckets, keep_seen, now = ARGV[5], ARGV[6], ARGV[7]
local targets, groups, reports = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local first_target = 11
local first_group = first_target + targets * 4
local first_report = first_group + groups * 4

local touched, expiring = {}, {}

local function add(key, field, count)
  local fields = touched[key]
  if not fields then
    fields = {}
    touched[key] = fields
  end
  fields[field] = (fields[field] or 0) + count
end

local function add_both(target, bucket, what, count)
  local t = first_target + (target - 1) * 4
  add(ARGV[t], bucket .. what, count)
  add(ARGV[t + 1], bucket .. what, count)
end

for i = 0, groups - 1 do
  local a = first_group + i * 4
  add_both(tonumber(ARGV[a]), ARGV[a + 1], ':' .. ARGV[a + 2], tonumber(ARGV[a + 3]))
end

local outcomes, mixed = {}, {}
for i = 1, reports do
  local a = first_report + (i - 1) * 11
  local target, bucket, symptom, count = tonumber(ARGV[a]), ARGV[a + 1], ARGV[a + 2], tonumber(ARGV[a + 3])
  local at, reporter, network = tonumber(ARGV[a + 4]), ARGV[a + 8], ARGV[a + 9]
  local t = first_target + (target - 1) * 4

  local heard = false
  if reporter ~= '' then
    local last = redis.call('HGET', KEYS[tonumber(ARGV[a + 5])], reporter)
    if last then
      heard = true
    else
      last = redis.call('HGET', KEYS[tonumber(ARGV[a + 6])], ARGV[a + 10])
      heard = last and at - tonumber(last) < window
    end
  end

  local counted = 0
  if not heard then
    counted = count
    if network ~= '' then
      local networks = ARGV[a + 7]
      local key = KEYS[tonumber(networks)]
      if share > 0 then
        local used = tonumber(redis.call('HGET', key, network) or '0')
        counted = math.min(count, math.max(0, share - used))
      end
      if counted > 0 then
        expiring[networks] = true
        if redis.call('HINCRBY', key, network, string.format('%.0f', counted)) == counted then
          add(ARGV[t + 1], bucket .. '!n', 1)
        end
        if redis.call('HSETNX', key, network .. '@' .. ARGV[t + 3], '1') == 1 then
          add(ARGV[t], bucket .. '!n', 1)
        end
      end
    end
    if counted > 0 then
      add_both(target, bucket, ':' .. symptom, counted)
      if reporter ~= '' then
        redis.call('HSET', KEYS[tonumber(ARGV[a + 5])], reporter, ARGV[a + 4])
        expiring[ARGV[a + 5]] = true
      end
    end
    if counted < count then add_both(target, bucket, '!q', count - counted) end
  else
    add_both(target, bucket, '!d', count)
  end

  if heard then
    outcomes[i] = 'd'
  elseif counted == count then
    outcomes[i] = 'c'
  elseif counted == 0 then
    outcomes[i] = 'q'
  else
    outcomes[i] = 'm'
    mixed[#mixed + 1] = string.format('%.0f', counted)
  end
end

local out = {}
for key, fields in pairs(touched) do
  local name, fresh = KEYS[tonumber(key)], false
  for field, count in pairs(fields) do
    local total = redis.call('HINCRBY', name, field, string.format('%.0f', count))
    fresh = fresh or total == count
    out[#out + 1] = key .. ' ' .. field .. ' ' .. string.format('%.0f', total)
  end
  if fresh then redis.call('EXPIRE', name, keep_buckets) end
end
for key, _ in pairs(expiring) do redis.call('EXPIRE', KEYS[tonumber(key)], keep_seen) end
for i = 0, targets - 1 do
  local t = first_target + i * 4
  redis.call('HSET', KEYS[tonumber(ARGV[t + 2])], ARGV[t + 3], now)
end

local answer = table.concat(outcomes) .. '|' .. table.concat(mixed, ',')
redis.call('SET', KEYS[1], digest .. answer, 'EX', ARGV[2])
return 'N' .. answer .. '|' .. table.concat(out, ',')
