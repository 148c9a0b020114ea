-- wrk: send the requests of a file in turn, one a line (method, path, access key, body, by tabs); print what came as JSON.
-- With a second argument each connection pauses before every request, so many ms on average, exponentially distributed.
local ready, at, pause = {}, 0, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, token, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
    ready[#ready + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  pause = tonumber(args[2])
  if pause > 0 then
    delay = function() return math.floor(-pause * math.log(1 - math.random()) + 0.5) end
  end
end

function request()
  at = at % #ready + 1
  return ready[at]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format(
    '\n{"requests": %d, "seconds": %f, "refused": %d, "failed": %d, "p50_ms": %f, "p99_ms": %f}',
    summary.requests, summary.duration / 1e6, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
