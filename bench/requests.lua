-- Sends prepared requests in turn. Each line of the file BENCH_REQUESTS has a method, a
-- path, a token and a body, with tabs between them.
dofile(os.getenv("BENCH_SUMMARY"))

local prepared, at = {}, 0

function init(_)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, token, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    local headers = {["Accept-Encoding"] = "gzip", ["Accept-Language"] = "en"}
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    prepared[#prepared + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end
