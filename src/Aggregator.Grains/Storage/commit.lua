-- Appends one batch of reports: all of it, once, or nothing. On a Redis Cluster all are of one shard.
--
-- KEYS[1]  the page of the batch: what was answered to it and to others
-- KEYS     then of each shard the newest bucket of which any of its hashes holds a pack; the bucket hash of each plain and of each pack; the others are named by their index in ARGV
-- ARGV     digest of the batch, seconds to keep the page, share per network (0: no limit),
--          seconds to keep buckets, seconds to keep reporters and networks, now (s),
--          the oldest bucket of the batch, the newest bucket that is packed in it (-1: none),
--          number of shards, plains, packs, targets, services, places, rooms, comments, the batch
-- plain    number of fields; each field, 'bucket of the hour:symptom', and its count      (reports that nothing has to be asked about, ALL's sums too)
-- pack     fields and counts, 'field=count,field=count'; the last bucket among them      (the same of what is long past: kept as it is, and not told)
-- target   index of the region's bucket hash, of the bucket hash of ALL; region
-- service  index of its regions hash, how many regions; the regions                       (that are reported from)
-- place    of each row in turn, where it is in the answer; none where the answer has the rows' own order
-- room     index of the reporters hash of this window, of the window before, of the one after, of the networks hash; how many reporters are named,
--          how many of them again by their name of the window before, how many networks, how many crowds;
--          the crowds, the reporters, their earlier names, the networks        (all reports of a service in a dedup window)
-- crowd    target, bucket of the hour, symptom, count of each row, at (s since the window began), rows; 1 where each names a reporter, 1 where each names a network
-- comment  place, index of the service's comments list, the last to keep, seconds to keep them, text
--
-- Answers  '!'                     this batch id was used for another content
--          'R' outcomes '|' mixed  committed before: what was answered then
--          'N' outcomes '|' mixed '|' touched
-- outcomes one letter per row: c(ounted), d(uplicate), q(uarantined), m(ixed: the next number in the list mixed was counted, the rest quarantined)
-- touched  'index field total' of each counter that moved: totals are absolute, so hearing one twice is harmless;
--          'index * 0' where a total leaves out what is packed
--
-- A reporter's value is when in its window it was counted (s): one of the window before is a duplicate until as late in this one;
-- one of the window after from as late on, where a clock was set back, or a line comes after a later one.
-- A network's value is 'counted REGION,REGION': what it gave in this window, and from where.
-- A room asks for all its names at once and writes them at once: a call per report would be most of the time.
local unpack = unpack or table.unpack
local crowded = 64 -- fields of a hash from which on a pack is added to them one by one, so that a hash stays small
local slice = 1000 -- what one call can carry: an even number below the interpreter's stack
local call = redis.call

local digest = ARGV[1]
local before = call('HGET', KEYS[1], ARGV[17])
if before then
  if string.sub(before, 1, #digest) ~= digest then return '!' end
  return 'R' .. string.sub(before, #digest + 1)
end

local share = tonumber(ARGV[3])
local keep_buckets, keep_seen, now = ARGV[4], ARGV[5], ARGV[6]
local oldest, newest_pack = tonumber(ARGV[7]), tonumber(ARGV[8])
local shards, plains, packs, targets, services = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local places, rooms, comments = tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[16])
local next_arg = 18

-- What a hash holds of some names in ARGV, in their order; false for each it does not know.
local function ask(name, first, count)
  if count == 0 then return {} end
  if count <= slice then return call('HMGET', name, unpack(ARGV, first, first + count - 1)) end
  local values = {}
  for from = 0, count - 1, slice do
    local some = math.min(slice, count - from)
    local answer = call('HMGET', name, unpack(ARGV, first + from, first + from + some - 1))
    for i = 1, some do values[from + i] = answer[i] end
  end
  return values
end

-- A hash that holds nothing but the fields that are new in it is new itself, and is to go away in time.
local function age(name, fresh, keep)
  if fresh > 0 and call('HLEN', name) == fresh then call('EXPIRE', name, keep) end
end

local function write(name, pairs_of, keep)
  local fresh = 0
  for from = 1, #pairs_of, slice do
    fresh = fresh + call('HSET', name, unpack(pairs_of, from, math.min(from + slice - 1, #pairs_of)))
  end
  if not keep then return end

  -- Nobody adds to a window once it is over, but for lines that come late: what they name is kept from then on.
  if oldest * 10 > now - 60 then age(name, fresh, keep) elseif #pairs_of > 0 then call('EXPIRE', name, keep) end
end

local out = {}

local function whole(count) return string.format('%d', count) end

local function tell(key, field, total) out[#out + 1] = key .. ' ' .. field .. ' ' .. total end

-- The last bucket that packs of a hash hold anything of.
local function packed_up_to(name) return tonumber(call('HGET', name, '+') or -1) end

-- Most batches are newer than all that is packed: one question saves them one for each hash.
local newest_before = -1
if shards > 0 then
  for _, bucket in ipairs(call('MGET', unpack(KEYS, 2, shards + 1))) do newest_before = math.max(newest_before, tonumber(bucket or -1)) end
end
local function leaves_out_up_to(name) return oldest > newest_before and -1 or packed_up_to(name) end

local function is_packed(field, up_to) return up_to >= 0 and tonumber(string.match(field, '^%d+')) <= up_to end

for key = shards + 2, shards + plains + 1 do
  local name, first, fresh = KEYS[key], next_arg + 1, 0
  local up_to, partly = leaves_out_up_to(name), false
  next_arg = first + tonumber(ARGV[next_arg]) * 2
  for i = first, next_arg - 1, 2 do
    local total = whole(call('HINCRBY', name, ARGV[i], ARGV[i + 1]))
    if total == ARGV[i + 1] then fresh = fresh + 1 end
    partly = partly or is_packed(ARGV[i], up_to)
    tell(key, ARGV[i], total)
  end
  if partly then tell(key, '*', 0) end
  age(name, fresh, keep_buckets)
end

for key = shards + plains + 2, shards + plains + packs + 1 do
  local name, pack, last = KEYS[key], ARGV[next_arg], tonumber(ARGV[next_arg + 1])
  local fields = call('HLEN', name)
  next_arg = next_arg + 2
  if fields < crowded then
    -- A hash only grows, so no field has this name yet. Who reads adds up.
    if fields > 0 then last = math.max(last, packed_up_to(name)) end
    call('HSET', name, '+', last, '+' .. fields, pack)
    if fields == 0 then call('EXPIRE', name, keep_buckets) end
  else
    for field, count in string.gmatch(pack, '([^=,]+)=(%d+)') do call('HINCRBY', name, field, count) end
  end
end

if packs > 0 then
  for key = 2, shards + 1 do call('SET', KEYS[key], whole(math.max(newest_pack, newest_before)), 'EX', keep_buckets) end
end

local first_target = next_arg
next_arg = first_target + targets * 3
local first_service = next_arg
for _ = 1, services do next_arg = next_arg + 2 + tonumber(ARGV[next_arg + 1]) end

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
  if count == 0 then return end
  local t = first_target + (target - 1) * 3
  add(ARGV[t], field, count)
  add(ARGV[t + 1], field, count)
end

local first_place = next_arg
next_arg = next_arg + places

local outcomes, mixed, row = {}, {}, 0
for _ = 1, rooms do
  local a = next_arg
  local key_of_reporters, key_before, key_after, key_of_networks = tonumber(ARGV[a]), tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
  local reporters, renamed, networks, crowds = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5]), tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7])
  local crowd = a + 8
  local first_reporter = crowd + crowds * 8
  local first_network = first_reporter + reporters + renamed
  next_arg = first_network + networks

  local heard = ask(KEYS[key_of_reporters], first_reporter, reporters)
  local heard_before = ask(KEYS[key_before], renamed > 0 and first_reporter + reporters or first_reporter, reporters)
  local heard_after = reporters > 0 and call('EXISTS', KEYS[key_after]) == 1 and ask(KEYS[key_after], first_reporter, reporters)
  local network_values = ask(KEYS[key_of_networks], first_network, networks)

  local new_reporters, is_new = {}, {}
  local given, regions, moved = {}, {}, {} -- by network: its counted reports, from where, and which ones gave now
  local reporter, network = 0, 0

  for _ = 1, crowds do
    local target, cell, count, at = tonumber(ARGV[crowd]), ARGV[crowd + 1], tonumber(ARGV[crowd + 3]), tonumber(ARGV[crowd + 4])
    local at_text, named, placed = ARGV[crowd + 4], ARGV[crowd + 6] == '1', ARGV[crowd + 7] == '1'
    local t = first_target + (target - 1) * 3
    local region = ARGV[t + 2]
    local counted_here, duplicate, quarantined, networks_here, networks_in_all = 0, 0, 0, 0, 0

    for _ = 1, tonumber(ARGV[crowd + 5]) do
      row = row + 1
      local place = places > 0 and tonumber(ARGV[first_place + row - 1]) or row
      local name, known, from
      if named then
        name = ARGV[first_reporter + reporter]
        reporter = reporter + 1
        known = heard[reporter] or is_new[name]
        if not known then
          local last = heard_before[reporter]
          local next = heard_after and heard_after[reporter]
          known = last and at < tonumber(last) or next and at > tonumber(next)
        end
      end
      if placed then
        from = ARGV[first_network + network]
        network = network + 1
      end

      if known then
        duplicate = duplicate + count
        outcomes[place] = 'd'
      else
        local counted = count
        if from then
          local given_by = given[from]
          if not given_by then
            local value = network_values[network]
            if value then
              local gave, where = string.match(value, '^(%d+) ?(.*)$')
              given_by, regions[from] = tonumber(gave), where
            else
              given_by, regions[from] = 0, ''
            end
            given[from] = given_by
          end
          if share > 0 and given_by + count > share then counted = math.max(0, share - given_by) end
          if counted > 0 then
            if given_by == 0 then networks_in_all = networks_in_all + 1 end
            given[from] = given_by + counted
            moved[#moved + 1] = from
            local where = regions[from]
            if where == '' then
              regions[from] = region
              networks_here = networks_here + 1
            elseif where ~= region and not string.find(',' .. where .. ',', ',' .. region .. ',', 1, true) then
              regions[from] = where .. ',' .. region
              networks_here = networks_here + 1
            end
          end
        end

        counted_here = counted_here + counted
        if name and counted > 0 then
          is_new[name] = true
          new_reporters[#new_reporters + 1] = name
          new_reporters[#new_reporters + 1] = at_text
        end
        if counted == count then
          outcomes[place] = 'c'
        else
          quarantined = quarantined + count - counted
          outcomes[place] = counted == 0 and 'q' or 'm'
          if counted > 0 then mixed[place] = counted end
        end
      end
    end

    add_both(target, cell .. ':' .. ARGV[crowd + 2], counted_here)
    add_both(target, cell .. '!d', duplicate)
    add_both(target, cell .. '!q', quarantined)
    if networks_here > 0 then add(ARGV[t], cell .. '!n', networks_here) end
    if networks_in_all > 0 then add(ARGV[t + 1], cell .. '!n', networks_in_all) end
    crowd = crowd + 8
  end

  write(KEYS[key_of_reporters], new_reporters, keep_seen)
  local new_networks = {}
  for i = 1, #moved do
    local name = moved[i]
    if given[name] then
      new_networks[#new_networks + 1] = name
      new_networks[#new_networks + 1] = given[name] .. ' ' .. regions[name]
      given[name] = nil -- a network that gave several times is written once
    end
  end
  write(KEYS[key_of_networks], new_networks, keep_seen)
end

for key, fields in pairs(touched) do
  local name, fresh = KEYS[tonumber(key)], 0
  local up_to, partly = leaves_out_up_to(name), false
  for field, count in pairs(fields) do
    local total = call('HINCRBY', name, field, whole(count))
    if total == count then fresh = fresh + 1 end
    partly = partly or is_packed(field, up_to)
    tell(key, field, whole(total))
  end
  if partly then tell(key, '*', 0) end
  age(name, fresh, keep_buckets)
end

for _ = 1, services do
  local pairs_of, regions = {}, tonumber(ARGV[first_service + 1])
  for i = 1, regions do pairs_of[i * 2 - 1], pairs_of[i * 2] = ARGV[first_service + 1 + i], now end
  write(KEYS[tonumber(ARGV[first_service])], pairs_of)
  first_service = first_service + 2 + regions
end

for i = 0, comments - 1 do
  local a = next_arg + i * 5
  if outcomes[tonumber(ARGV[a])] == 'c' then
    local list = KEYS[tonumber(ARGV[a + 1])]
    call('LPUSH', list, ARGV[a + 4])
    call('LTRIM', list, 0, ARGV[a + 2])
    call('EXPIRE', list, ARGV[a + 3])
  end
end

local some = {}
for place = 1, row do some[#some + 1] = mixed[place] end

local answer = table.concat(outcomes) .. '|' .. table.concat(some, ',')
call('HSET', KEYS[1], ARGV[17], digest .. answer)
age(KEYS[1], 1, ARGV[2])
return 'N' .. answer .. '|' .. table.concat(out, ',')
