-- wrk: POST /mj/submit/imagine with a prompt of 500 bytes.
local words = "a red fox in the snow at dawn, cinematic light, highly detailed, 35mm photograph, "
wrk.method = "POST"
wrk.path = "/mj/submit/imagine"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"prompt":"' .. words:rep(7):sub(1, 500) .. '","base64Array":[],"state":"bench"}'
