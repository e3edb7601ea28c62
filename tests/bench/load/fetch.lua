-- wrk: the tasks of the file BENCH_TASKS in turn; a line is an id and, for a conditional fetch, its
-- ETag.
local requests, at = {}, 0

function init()
    for line in io.lines(os.getenv("BENCH_TASKS")) do
        local id, etag = line:match("^(%S+) ?(.*)$")
        local headers = etag ~= "" and { ["If-None-Match"] = etag } or nil
        requests[#requests + 1] = wrk.format("GET", "/mj/task/" .. id .. "/fetch", headers)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
