-- Sends prepared requests in turn. Each line of the file BENCH_REQUESTS has a method, a
-- path, a token and a body, with tabs between them.
dofile(os.getenv("BENCH_SUMMARY"))

local prepared, at = {}, 0

function init(_)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, token, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    prepared[#prepared + 1] = wrk.format(method, path, {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. token,
    }, body)
  end
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end
