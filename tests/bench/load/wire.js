'use strict';
// HTTP/1.1 on bare sockets, both ends, as much as a load needs: bodies by Content-Length, kept
// connections, one exchange at a time on each. Cheaper than node:http, so that the load on its own
// core is not what limits the servers.
const net = require('net');
const tls = require('tls');

const HEAD_END = Buffer.from('\r\n\r\n');

// Calls `deliver(head, body)` for each whole message that the chunks make up.
function framer(deliver) {
    let kept = null;
    return (chunk) => {
        let bytes = kept ? Buffer.concat([kept, chunk]) : chunk;
        kept = null;
        while (bytes.length > 0) {
            const end = bytes.indexOf(HEAD_END);
            if (end < 0) break;
            const head = bytes.latin1Slice(0, end);
            if (/\r\ntransfer-encoding:/i.test(head)) {
                throw new Error(`not framed by length: ${head}`);
            }
            const length = /\r\ncontent-length: *(\d+)/i.exec(head);
            const unread = / 304 /.test(head.slice(0, 14)); // its length is that of a 200
            const whole = end + 4 + (length && !unread ? Number(length[1]) : 0);
            if (bytes.length < whole) break;
            deliver(head, bytes.subarray(end + 4, whole));
            bytes = bytes.subarray(whole);
        }
        if (bytes.length > 0) kept = bytes;
    };
}

// `handle(method, target, body, answer)`; `answer(status, body, type)` may be called later.
function serve(port, handle, security) {
    const accept = (socket) => {
        socket.setNoDelay(true);
        socket.on('error', () => socket.destroy());
        socket.on('data', framer((head, body) => {
            const [method, target] = head.slice(0, head.indexOf('\r\n')).split(' ');
            const last = /\r\nconnection: *close/i.test(head);
            handle(method, target, body, (status, answer, type = 'application/json') => {
                if (socket.destroyed) return;
                const reply = `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Refused'}\r\n` +
                    `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(answer)}\r\n` +
                    `${last ? 'Connection: close\r\n' : ''}\r\n`;
                if (typeof answer === 'string') {
                    socket.write(reply + answer);
                } else {
                    socket.write(reply);
                    socket.write(answer);
                }
                if (last) socket.end();
            });
        }));
    };
    const server = security ? tls.createServer(security, accept) : net.createServer(accept);
    return new Promise((resolve, reject) => {
        server.on('error', reject);
        server.listen({ port, host: '127.0.0.1', backlog: 16384 },
            () => resolve(server.address().port));
    });
}

// At most `most` kept connections to one server; further requests wait for one of them.
class Client {
    constructor(base, most) {
        const { hostname, port } = new URL(base);
        this.host = hostname;
        this.port = Number(port);
        this.free = most;
        this.idle = [];
        this.waiting = [];
    }

    // `done(status, body)`; status 0 when the connection failed.
    ask(method, target, body, done) {
        const length = body === null ? '' :
            `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
        const request = `${method} ${target} HTTP/1.1\r\nHost: ${this.host}:${this.port}\r\n` +
            `${length}\r\n${body === null ? '' : body}`;
        if (this.idle.length > 0) {
            this.send(this.idle.pop(), request, done);
        } else if (this.free > 0) {
            this.free--;
            this.send(this.open(), request, done);
        } else {
            this.waiting.push([request, done]);
        }
    }

    send(link, request, done) {
        link.done = done;
        link.socket.write(request);
    }

    open() {
        const link = { done: null };
        link.socket = net.connect({ host: this.host, port: this.port, noDelay: true });
        const finish = (status, body) => {
            const done = link.done;
            link.done = null;
            if (done) done(status, body);
        };
        link.socket.on('data', framer((head, body) => {
            const done = link.done;
            link.done = null;
            const next = this.waiting.shift();
            if (next) this.send(link, ...next);
            else this.idle.push(link);
            done(Number(head.slice(9, 12)), body);
        }));
        link.socket.on('error', () => {});
        link.socket.on('close', () => {
            this.idle = this.idle.filter((other) => other !== link);
            this.free++;
            finish(0, Buffer.alloc(0));
            const next = this.waiting.shift();
            if (next) {
                this.free--;
                this.send(this.open(), ...next);
            }
        });
        return link;
    }

    close() {
        for (const link of this.idle) link.socket.destroy();
    }
}

module.exports = { serve, Client };
