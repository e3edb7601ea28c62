'use strict';
// A simulated Ideogram that answers after a delay with links to a fixed picture. It speaks the
// legacy generate, with which both imagined (dialect camel, a model of V_2) and the peers call, and
// remembers how long it held each numbered prompt: that time is nobody's overhead.
const { serve } = require('./wire');

class Upstream {
    constructor(pictures) {
        this.pictures = pictures; // name -> bytes
        this.set({});
    }

    async open(security) {
        this.port = await serve(0, (...exchange) => this.handle(...exchange), security);
        this.base = `${security ? 'https' : 'http'}://127.0.0.1:${this.port}`;
        return this;
    }

    // Every count starts anew.
    set({ delay_ms = 0, picture = 'small' }) {
        this.delay = delay_ms;
        this.picture = picture;
        this.held = new Map(); // number of the prompt -> ms
        this.seen = { calls: 0, in_flight: 0, most_in_flight: 0, downloads: 0, last_call_at: 0 };
    }

    handle(method, target, body, answer) {
        if (method === 'POST' && target === '/ideogram/generate') {
            this.generate(body.toString(), answer);
        } else if (target.startsWith('/picture/')) {
            this.seen.downloads++;
            answer(200, this.pictures[target.slice('/picture/'.length)], 'image/png');
        } else {
            answer(404, '{"error":"there is no such path"}');
        }
    }

    generate(body, answer) {
        const began = performance.now();
        const { seen, held } = this;
        seen.calls++;
        seen.in_flight++;
        seen.most_in_flight = Math.max(seen.most_in_flight, seen.in_flight);
        seen.last_call_at = Date.now();
        const number = /"prompt": *"(\d+) /.exec(body);
        const wanted = /"num_images": *(\d)/.exec(body);
        const reply = this.reply(wanted ? Number(wanted[1]) : 1);
        const finish = () => {
            seen.in_flight--;
            if (number) held.set(Number(number[1]), performance.now() - began);
            answer(200, reply);
        };
        if (this.delay > 0) setTimeout(finish, this.delay);
        else finish();
    }

    reply(count) {
        const data = [];
        for (let i = 0; i < count; i++) {
            data.push({
                url: `${this.base}/picture/${this.picture}`, seed: 1 + i, is_image_safe: true,
                resolution: '1024x1024', prompt: 'a red fox in the snow', style_type: 'GENERAL',
            });
        }
        return JSON.stringify({ created: '2026-01-01T00:00:00+00:00', data });
    }
}

module.exports = { Upstream };
