'use strict';
// The clients of a measured server: they submit, wait for callbacks, and fetch. Every prompt begins
// with a number of its own, and its task ends when a callback says SUCCESS or FAILURE.
const { serve, Client } = require('./wire');

const WORDS = 'a red fox in the snow at dawn, cinematic light, highly detailed, 35mm photograph, ';
const PROMPT_BYTES = 500;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function prompt(number) {
    const words = WORDS.repeat(Math.ceil(PROMPT_BYTES / WORDS.length));
    return `${number} ${words}`.slice(0, PROMPT_BYTES);
}

function quantile(values, share) {
    const sorted = values.slice().sort((a, b) => a - b);
    return sorted.length > 0 ? sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] : null;
}

class Clients {
    constructor(upstream) {
        this.upstream = upstream;
        this.ended = new Map(); // id -> {at, good}
        this.watch = () => {};
    }

    async open() {
        const port = await serve(0, (method, target, body, answer) => {
            const at = performance.now();
            answer(200, '{}');
            const task = JSON.parse(body.toString());
            if (task.status === 'SUCCESS' || task.status === 'FAILURE') {
                if (!this.ended.has(String(task.id))) {
                    this.ended.set(String(task.id), { at, good: task.status === 'SUCCESS' });
                }
                this.watch();
            }
        });
        this.hook = `http://127.0.0.1:${port}/hook`;
        return this;
    }

    // Submits one task; `done(id or null, the moment of the request)` when it was answered.
    submit(client, number, hooked, done) {
        const began = performance.now();
        const body = JSON.stringify({
            prompt: prompt(number), base64Array: [], state: 'bench',
            ...(hooked ? { notifyHook: this.hook } : {}),
        });
        client.ask('POST', '/mj/submit/imagine', body, (status, text) => {
            let told = null;
            if (status === 200) told = JSON.parse(text.toString());
            done(told && (told.code === 1 || told.code === 22) ? String(told.result) : null, began);
        });
    }

    // `count` tasks as fast as `connections` take them, or `per_second`; waits for the last
    // callback if there are any. What a task took beyond the upstream's own time is its overhead.
    async burst({ target, count, connections = 64, per_second = 0, hooked = true, limit_s = 120 }) {
        this.ended.clear();
        const client = new Client(target, connections);
        const tasks = []; // {id, number, began}
        let answered = 0;
        let submitted_at = 0;
        const began = performance.now();
        const all = new Promise((resolve) => {
            this.watch = () => {
                if (answered === count && (!hooked || this.ended.size >= tasks.length)) resolve();
            };
            const one = (number, next) => this.submit(client, number, hooked, (id, at) => {
                answered++;
                submitted_at = performance.now();
                if (id !== null) tasks.push({ id, number, began: at });
                if (next) next();
                this.watch();
            });
            let sent = 0;
            if (per_second > 0) {
                const tick = () => {
                    if (sent === count) return;
                    one(sent++);
                    const due = began + 1000 * sent / per_second;
                    setTimeout(tick, Math.max(0, due - performance.now()));
                };
                tick();
            } else {
                const next = () => { if (sent < count) one(sent++, next); };
                for (let i = 0; i < connections; i++) next();
            }
        });
        await Promise.race([all, sleep(1000 * limit_s)]);
        this.watch = () => {};
        client.close();
        return this.told(tasks, count, began, submitted_at);
    }

    told(tasks, count, began, submitted_at) {
        const overheads = [];
        let good = 0;
        let last = submitted_at;
        for (const task of tasks) {
            const end = this.ended.get(task.id);
            if (!end) continue;
            good += end.good;
            last = Math.max(last, end.at);
            overheads.push(end.at - task.began - (this.upstream.held.get(task.number) || 0));
        }
        return {
            count, accepted: tasks.length, ended_well: good, ids: tasks.map((task) => task.id),
            submit_s: (submitted_at - began) / 1000, seconds: (last - began) / 1000,
            overhead_p50_ms: quantile(overheads, 0.5), overhead_p99_ms: quantile(overheads, 0.99),
        };
    }

    // Fetches one target at a fixed pace, whatever the server does.
    async fetch({ target, path, per_second, seconds }) {
        const client = new Client(target, 16);
        const times = [];
        let failed = 0;
        const count = Math.round(per_second * seconds);
        const began = performance.now();
        await new Promise((resolve) => {
            for (let i = 0; i < count; i++) {
                setTimeout(() => {
                    const sent = performance.now();
                    client.ask('GET', path, null, (status) => {
                        if (status !== 200) failed++;
                        times.push(performance.now() - sent);
                        if (times.length === count) resolve();
                    });
                }, 1000 * i / per_second);
            }
        });
        client.close();
        return {
            count, failed, seconds: (performance.now() - began) / 1000,
            p50_ms: quantile(times, 0.5), p99_ms: quantile(times, 0.99),
        };
    }

    // Keeps `in_flight` tasks going, a new one for each that ends.
    async keep({ target, in_flight, seconds, limit_s = 60 }) {
        this.ended.clear();
        const client = new Client(target, in_flight);
        const end = performance.now() + 1000 * seconds;
        let open = 0;
        let sent = 0;
        let refused = 0;
        await new Promise((resolve) => {
            const refill = () => {
                const running = open - this.ended.size;
                if (performance.now() >= end && running <= 0) resolve();
                for (let i = running; i < in_flight && performance.now() < end; i++) {
                    open++;
                    this.submit(client, sent++, true, (id) => {
                        if (id === null) { refused++; open--; }
                    });
                }
            };
            this.watch = refill;
            refill();
            setTimeout(resolve, 1000 * (seconds + limit_s));
        });
        this.watch = () => {};
        client.close();
        const good = [...this.ended.values()].filter((task) => task.good).length;
        return { sent, refused, ended_well: good };
    }
}

module.exports = { Clients };
