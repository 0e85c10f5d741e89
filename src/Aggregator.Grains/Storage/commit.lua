-- Appends one batch of reports of one shard: all of it, once, or nothing.
--
-- KEYS[1]  the guard of the batch; the others are named by their index in ARGV, 0 is none
-- ARGV     digest of the batch, seconds to keep the guard, share per network (0: no limit), dedup window (s),
--          seconds to keep buckets, seconds to keep reporters and networks, now (s), number of targets, groups, crowds, rows, comments
-- target   index of the region's bucket hash, of the bucket hash of ALL, of the service's regions hash; region
-- group    target, bucket of the hour, symptom, count                          (reports that nothing has to be asked about)
-- crowd    target, bucket of the hour, symptom, count, at (s), index of the reporters hash of this window, of the window before,
--          of the networks hash, 1 where reporters had another name in the window before      (what many reports have in common)
-- row      crowd; reporter or '', network or ''                                (one report)
-- name     of each row of such a crowd in turn: the reporter's name in the window before
-- comment  row, index of the service's comments list, how many to keep, seconds to keep them, text
--
-- Answers  '!'                     this batch id was used for another content
--          'R' outcomes '|' mixed  committed before: what was answered then
--          'N' outcomes '|' mixed '|' touched
-- outcomes one letter per row: c(ounted), d(uplicate), q(uarantined), m(ixed: the next number in the list mixed was counted, the rest quarantined)
-- touched  'index field total' of each counter that moved: totals are absolute, so hearing one twice is harmless
--
-- A network's value is 'counted REGION,REGION': what it gave in this window, and from where.
-- What is known of reporters and networks is read at once and written at once: a call per report would be most of the time.
local unpack = unpack or table.unpack
local slice = 1000 -- what one call can carry: an even number below the interpreter's stack

local digest = ARGV[1]
local before = redis.call('GET', KEYS[1])
if before then
  if string.sub(before, 1, #digest) ~= digest then return '!' end
  return 'R' .. string.sub(before, #digest + 1)
end

local share, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local keep_buckets, keep_seen, now = ARGV[5], ARGV[6], ARGV[7]
local targets, groups, crowds = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local rows, comments = tonumber(ARGV[11]), tonumber(ARGV[12])
local first_target = 13
local first_group = first_target + targets * 4
local first_crowd = first_group + groups * 4
local first_row = first_crowd + crowds * 9
local next_name = first_row + rows * 3

local touched = {}

local function add(key, field, count)
  local fields = touched[key]
  if not fields then
    fields = {}
    touched[key] = fields
  end
  fields[field] = (fields[field] or 0) + count
end

local function add_both(target, field, count)
  local t = first_target + (target - 1) * 4
  add(ARGV[t], field, count)
  add(ARGV[t + 1], field, count)
end

for i = 0, groups - 1 do
  local a = first_group + i * 4
  add_both(tonumber(ARGV[a]), ARGV[a + 1] .. ':' .. ARGV[a + 2], tonumber(ARGV[a + 3]))
end

local known, asked = {}, {} -- by key: what the store holds of the names this batch asks for, and those names

local function ask(key, name)
  local names = asked[key]
  if not names then
    names = {}
    asked[key], known[key] = names, {}
  end
  names[#names + 1] = name
end

local all = {}
for i = 1, crowds do
  local a = first_crowd + (i - 1) * 9
  all[i] = {
    target = tonumber(ARGV[a]), cell = ARGV[a + 1], symptom = ARGV[a + 2], count = tonumber(ARGV[a + 3]), at = tonumber(ARGV[a + 4]), at_text = ARGV[a + 4],
    reporters = tonumber(ARGV[a + 5]), earlier = tonumber(ARGV[a + 6]), networks = tonumber(ARGV[a + 7]), renamed = ARGV[a + 8] == '1',
    counted = 0, duplicate = 0, quarantined = 0, networks_here = 0, networks_in_all = 0,
  }
end

local names = {} -- what each reporter was called in the window before
for i = 1, rows do
  local a = first_row + (i - 1) * 3
  local crowd, reporter, network = all[tonumber(ARGV[a])], ARGV[a + 1], ARGV[a + 2]
  if reporter ~= '' then
    local name = reporter
    if crowd.renamed then
      name = ARGV[next_name]
      next_name = next_name + 1
    end
    names[i] = name
    ask(crowd.reporters, reporter)
    ask(crowd.earlier, name)
  end
  if network ~= '' then ask(crowd.networks, network) end
end
local first_comment = next_name

for key, fields in pairs(asked) do
  local values, name = known[key], KEYS[key]
  if redis.call('EXISTS', name) == 1 then
    for from = 1, #fields, slice do
      local to = math.min(from + slice - 1, #fields)
      local answer = redis.call('HMGET', name, unpack(fields, from, to))
      for i = from, to do values[fields[i]] = answer[i - from + 1] end
    end
  end
end

local written, given = {}, {} -- by key: pairs to write; what each network has given, and from where

local function write(key, name, value)
  local pairs_of = written[key]
  if not pairs_of then
    pairs_of = {}
    written[key] = pairs_of
  end
  pairs_of[#pairs_of + 1] = name
  pairs_of[#pairs_of + 1] = value
end

local function network_of(key, name)
  local of_key = given[key]
  if not of_key then
    of_key = {}
    given[key] = of_key
  end
  local network = of_key[name]
  if not network then
    local value = known[key][name]
    if value then
      local counted, regions = string.match(value, '^(%d+) ?(.*)$')
      network = { counted = tonumber(counted), regions = regions }
    else
      network = { counted = 0, regions = '' }
    end
    of_key[name] = network
  end
  return network
end

local outcomes, mixed = {}, {}
for i = 1, rows do
  local a = first_row + (i - 1) * 3
  local crowd, reporter, name_of_network = all[tonumber(ARGV[a])], ARGV[a + 1], ARGV[a + 2]
  local count = crowd.count

  local heard = false
  if reporter ~= '' then
    heard = known[crowd.reporters][reporter]
    if not heard then
      local last = known[crowd.earlier][names[i]]
      heard = last and crowd.at - tonumber(last) < window
    end
  end

  if heard then
    crowd.duplicate = crowd.duplicate + count
    outcomes[i] = 'd'
  else
    local counted = count
    if name_of_network ~= '' then
      local network = network_of(crowd.networks, name_of_network)
      if share > 0 then counted = math.min(count, math.max(0, share - network.counted)) end
      if counted > 0 then
        local region = ARGV[first_target + (crowd.target - 1) * 4 + 3]
        if network.counted == 0 then crowd.networks_in_all = crowd.networks_in_all + 1 end
        if network.regions == '' then
          network.regions = region
          crowd.networks_here = crowd.networks_here + 1
        elseif not string.find(',' .. network.regions .. ',', ',' .. region .. ',', 1, true) then
          network.regions = network.regions .. ',' .. region
          crowd.networks_here = crowd.networks_here + 1
        end
        network.counted, network.moved = network.counted + counted, true
      end
    end

    if counted > 0 then
      crowd.counted = crowd.counted + counted
      if reporter ~= '' then
        known[crowd.reporters][reporter] = crowd.at_text
        write(crowd.reporters, reporter, crowd.at_text)
      end
    end
    crowd.quarantined = crowd.quarantined + count - counted

    if counted == count then
      outcomes[i] = 'c'
    elseif counted == 0 then
      outcomes[i] = 'q'
    else
      outcomes[i] = 'm'
      mixed[#mixed + 1] = string.format('%.0f', counted)
    end
  end
end

for key, networks in pairs(given) do
  for name, network in pairs(networks) do
    if network.moved then write(key, name, string.format('%.0f', network.counted) .. ' ' .. network.regions) end
  end
end

for key, values in pairs(written) do
  for from = 1, #values, slice do
    redis.call('HSET', KEYS[key], unpack(values, from, math.min(from + slice - 1, #values)))
  end
  redis.call('EXPIRE', KEYS[key], keep_seen)
end

for i = 1, crowds do
  local crowd = all[i]
  local t = first_target + (crowd.target - 1) * 4
  if crowd.counted > 0 then add_both(crowd.target, crowd.cell .. ':' .. crowd.symptom, crowd.counted) end
  if crowd.duplicate > 0 then add_both(crowd.target, crowd.cell .. '!d', crowd.duplicate) end
  if crowd.quarantined > 0 then add_both(crowd.target, crowd.cell .. '!q', crowd.quarantined) end
  if crowd.networks_here > 0 then add(ARGV[t], crowd.cell .. '!n', crowd.networks_here) end
  if crowd.networks_in_all > 0 then add(ARGV[t + 1], crowd.cell .. '!n', crowd.networks_in_all) end
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
for i = 0, targets - 1 do
  local t = first_target + i * 4
  redis.call('HSET', KEYS[tonumber(ARGV[t + 2])], ARGV[t + 3], now)
end

for i = 0, comments - 1 do
  local a = first_comment + i * 5
  if outcomes[tonumber(ARGV[a])] == 'c' then
    local list = KEYS[tonumber(ARGV[a + 1])]
    redis.call('LPUSH', list, ARGV[a + 4])
    redis.call('LTRIM', list, 0, ARGV[a + 2])
    redis.call('EXPIRE', list, ARGV[a + 3])
  end
end

local answer = table.concat(outcomes) .. '|' .. table.concat(mixed, ',')
redis.call('SET', KEYS[1], digest .. answer, 'EX', ARGV[2])
return 'N' .. answer .. '|' .. table.concat(out, ',')
