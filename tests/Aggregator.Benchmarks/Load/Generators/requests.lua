-- wrk sends requests from a file of templates, in any order. A template may have a place for the reporter's address:
-- then every request names another one, spread over millions of networks, never the same twice in a run.
-- Arguments: the file, and the number of the first address.

local place, between = '{address}', '\n====\n'
local heads, tails, octets = {}, {}, {}
local number, step, templates = 0, 1, 0
local threads = {}

function setup(thread)
  thread:set('id', #threads)
  threads[#threads + 1] = thread
  for _, known in ipairs(threads) do known:set('count', #threads) end
end

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local text = file:read('*a') .. between
  file:close()
  for template in text:gmatch('(.-)' .. between) do
    templates = templates + 1
    local at = template:find(place, 1, true)
    heads[templates] = at and template:sub(1, at - 1) or template
    tails[templates] = at and template:sub(at + #place)
  end
  for i = 0, 255 do octets[i] = tostring(i) end
  number = tonumber(args[2]) + id
  step = count
  math.randomseed(number + 1)
end

function request()
  local i = templates == 1 and 1 or math.random(templates)
  local tail = tails[i]
  if not tail then return heads[i] end

  -- The factor and the number of addresses have no common divisor: each address comes once before any comes twice.
  local n = number * 7368787 % 364455936
  number = number + step
  local d = n % 156
  n = (n - d) / 156
  local c = n % 156
  n = (n - c) / 156
  local b = n % 156
  local a = (n - b) / 156
  return heads[i] .. octets[a + 128] .. '.' .. octets[b + 100] .. '.' .. octets[c + 100] .. '.' .. octets[d + 100] .. tail
end

function done(summary)
  local e = summary.errors
  io.write(string.format('RESULT %.0f %.0f %.0f %.0f %.0f\n',
    summary.requests, summary.duration, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout))
end
