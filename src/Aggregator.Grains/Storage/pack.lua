-- Packs what one hash holds of past buckets into one field. Counts stay what they are; who reads adds up.
--
-- KEYS[1]  the bucket hash
-- KEYS[2]  the newest bucket of which any hash of the shard holds a pack
-- ARGV     the first bucket of the hour that stays as it is, the first bucket of the hour, seconds to keep the second key
--
-- Answers how many fields were packed.
local unpack = unpack or table.unpack
local slice = 1000 -- what one call can carry
local call = redis.call
local first_left, start, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

local sums, order, gone, last = {}, {}, {}, -1
local plain, left = 0, 0

local function add(field, count)
  if not sums[field] then
    order[#order + 1] = field
    sums[field] = 0
  end
  sums[field] = sums[field] + tonumber(count)
end

local all = call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  if field == '+' then
    last = math.max(last, tonumber(value))
  elseif string.sub(field, 1, 1) == '+' then
    gone[#gone + 1] = field
    for packed, count in string.gmatch(value, '([^=,]+)=(%d+)') do add(packed, count) end
  else
    local bucket = tonumber(string.match(field, '^%d+'))
    if bucket < first_left then
      gone[#gone + 1] = field
      plain = plain + 1
      last = math.max(last, bucket)
      add(field, value)
    else
      left = left + 1
    end
  end
end

if plain == 0 and #gone < 2 then return 0 end

local pack = {}
for i, field in ipairs(order) do pack[i] = field .. '=' .. string.format('%d', sums[field]) end

if left == 0 then
  -- Made anew: a hash that had many fields keeps the room for them.
  local life = call('TTL', KEYS[1])
  call('DEL', KEYS[1])
  call('HSET', KEYS[1], '+', last, '+0', table.concat(pack, ','))
  if life >= 0 then call('EXPIRE', KEYS[1], life) end
else
  for from = 1, #gone, slice do call('HDEL', KEYS[1], unpack(gone, from, math.min(from + slice - 1, #gone))) end
  call('HSET', KEYS[1], '+', last, '+0', table.concat(pack, ','))
end

local newest = math.max(start + last, tonumber(call('GET', KEYS[2]) or -1))
call('SET', KEYS[2], string.format('%d', newest), 'EX', keep)
return plain
