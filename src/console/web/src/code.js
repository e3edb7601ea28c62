// A task's request as a program would send it. The key never appears: it is $API_KEY.

const shellQuoted = (text) => `'${text.replace(/'/g, "'\\''")}'`;
const pretty = (value) => JSON.stringify(value, null, 2);
const pythonText = (value) => pretty(value).replace(/\btrue\b/g, "True")
  .replace(/\bfalse\b/g, "False").replace(/\bnull\b/g, "None");

const wait = { mj: (base, id) => `${base}/mj/task/${id}/fetch`,
  v1: (base, id) => `${base}/v1/tasks/${id}/result?wait=60` };

export const languages = ["curl", "python", "javascript", "go"];

export function requestOf(task) {
  const mj = task.task;
  const body = { prompt: mj.prompt ?? "" };
  if (mj.mode) {
    body.mode = mj.mode;
  }
  if (mj.state) {
    body.state = mj.state;
  }
  return body;
}

const idOnly = "| grep -o '[0-9]\\{16\\}' | head -n 1)";

const curl = (base, style, body) => style === "mj"
  ? `ID=$(curl -s ${base}/mj/submit/imagine \\
  -H "mj-api-secret: $API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuoted(JSON.stringify(body))} \\
  ${idOnly}
while sleep 2; do
  TASK=$(curl -s -H "mj-api-secret: $API_KEY" "${wait.mj(base, "$ID")}")
  case $TASK in *'"status":"SUCCESS"'* | *'"status":"FAILURE"'*) break ;; esac
done
echo "$TASK"`
  : `ID=$(curl -s ${base}/v1/tasks \\
  -H "Authorization: Bearer $API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuoted(JSON.stringify({ kind: "imagine", ...body }))} \\
  ${idOnly}
curl -H "Authorization: Bearer $API_KEY" "${wait.v1(base, "$ID")}"`;

const python = (base, style, body) => `import json, os, time, urllib.request

def call(path, body=None):
    asked = urllib.request.Request(
        ${JSON.stringify(base)} + path,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer " + os.environ["API_KEY"],
                 "Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(asked))

` + (style === "mj"
  ? `task = call("/mj/submit/imagine", ${pythonText(body)})
while True:
    seen = call(f"/mj/task/{task['result']}/fetch")
    if seen["status"] in ("SUCCESS", "FAILURE"):
        break
    time.sleep(2)
print(seen["imageUrl"])`
  : `task = call("/v1/tasks", ${pythonText({ kind: "imagine", ...body })})
result = call(f"/v1/tasks/{task['id']}/result?wait=60")
print(result["imageUrl"])`);

const javascript = (base, style, body) => `const headers = {
  Authorization: \`Bearer \${process.env.API_KEY}\`,
  "Content-Type": "application/json",
};
const call = async (path, body) =>
  (await fetch(${JSON.stringify(base)} + path, {
    headers, method: body ? "POST" : "GET", body: body && JSON.stringify(body),
  })).json();

` + (style === "mj"
  ? `const { result } = await call("/mj/submit/imagine", ${pretty(body)});
let task;
do {
  await new Promise((done) => setTimeout(done, 2000));
  task = await call(\`/mj/task/\${result}/fetch\`);
} while (!["SUCCESS", "FAILURE"].includes(task.status));
console.log(task.imageUrl);`
  : `const task = await call("/v1/tasks", ${pretty({ kind: "imagine", ...body })});
const result = await call(\`/v1/tasks/\${task.id}/result?wait=60\`);
console.log(result.imageUrl);`);

const goText = (text) => JSON.stringify(text).replace(/\u2028/g, "\\u2028")
  .replace(/\u2029/g, "\\u2029");

const go = (base, style, body) => `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"${style === "mj" ? '\n\t"time"' : ""}
)

func call(method, path, body string) map[string]any {
	asked, _ := http.NewRequest(method, ${goText(base)}+path, strings.NewReader(body))
	asked.Header.Set("Authorization", "Bearer "+os.Getenv("API_KEY"))
	asked.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(asked)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	told := map[string]any{}
	if err := json.NewDecoder(answer.Body).Decode(&told); err != nil {
		panic(err)
	}
	return told
}

func main() {
` + (style === "mj"
  ? `	task := call("POST", "/mj/submit/imagine",
		${goText(JSON.stringify(body))})
	for {
		seen := call("GET", fmt.Sprintf("/mj/task/%v/fetch", task["result"]), "")
		if seen["status"] == "SUCCESS" || seen["status"] == "FAILURE" {
			fmt.Println(seen["imageUrl"])
			return
		}
		time.Sleep(2 * time.Second)
	}
}`
  : `	task := call("POST", "/v1/tasks",
		${goText(JSON.stringify({ kind: "imagine", ...body }))})
	result := call("GET", fmt.Sprintf("/v1/tasks/%v/result?wait=60", task["id"]), "")
	fmt.Println(result["imageUrl"])
}`);

const writers = { curl, python, javascript, go };

export function codeFor(language, style, base, body) {
  return writers[language](base, style, body);
}
