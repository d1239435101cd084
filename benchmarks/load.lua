-- The load of every row, for wrk: wrk -s load.lua URL -- TARGETS ITEMS FIRST PAUSE
--   TARGETS  a file, one target a line: METHOD <tab> path <tab> a header, or nothing
--   ITEMS    a file of item keys; a PUT goes to its target's path and one of them
--   FIRST    the sequence of the first answer; it grows with each
--   PAUSE    milliseconds that each connection rests between two requests
-- One thread only: the numbering is its own. Its last line is read by load.py.

local targets, items, sequence, pause = {}, {}, 0, 0

local function split(line)
  local parts = {}
  for part in (line .. "\t"):gmatch("([^\t]*)\t") do parts[#parts + 1] = part end
  return parts[1], parts[2], parts[3]
end

local function head(header)
  local own = header ~= "" and (header .. "\r\n") or ""
  return " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n" .. own
end

function init(args)
  math.randomseed(7)
  for item in io.lines(args[2]) do items[#items + 1] = item end
  sequence, pause = tonumber(args[3]), tonumber(args[4])
  for line in io.lines(args[1]) do
    local method, path, header = split(line)
    local start = method .. " " .. path
    if method == "GET" then
      targets[#targets + 1] = { ready = start .. head(header) .. "\r\n" }
    else
      targets[#targets + 1] = { start = start, head = head(header) .. "Content-Type: application/json\r\nContent-Length: " }
    end
  end
  -- wrk looks after init whether delay exists.
  if pause > 0 then delay = function() return pause end end
end

function request()
  local target = targets[math.random(#targets)]
  if target.ready then return target.ready end
  sequence = sequence + 1
  local body = '{"answer":{"type":"level","level":' .. math.random(5) .. '},"comment":null,"sequence":'
    .. string.format("%d", sequence) .. "}"
  return target.start .. items[math.random(#items)] .. target.head .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("measured %d %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(95)))
end
