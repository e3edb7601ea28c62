'use strict';
// The load of every scenario in one process, on a core of its own: the simulated Ideogram, the
// receiver of callbacks and the clients. tests/bench tells it by POST what to do, and is answered
// when it is done.
//
//   node main.js <directory with *.png> [key.pem certificate.pem]
const fs = require('fs');
const path = require('path');
const { serve } = require('./wire');
const { Upstream } = require('./upstream');
const { Clients } = require('./clients');

async function main([folder, key, certificate]) {
    const pictures = {};
    for (const name of fs.readdirSync(folder)) {
        if (name.endsWith('.png')) {
            pictures[name.slice(0, -'.png'.length)] = fs.readFileSync(path.join(folder, name));
        }
    }
    const security = key && { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) };
    const upstream = await new Upstream(pictures).open(security);
    const clients = await new Clients(upstream).open();
    const verbs = {
        '/upstream': async (wish) => { upstream.set(wish); return {}; },
        '/seen': async () => upstream.seen,
        '/burst': (wish) => clients.burst(wish),
        '/fetch': (wish) => clients.fetch(wish),
        '/keep': (wish) => clients.keep(wish),
    };
    const port = await serve(0, (method, target, body, answer) => {
        verbs[target](JSON.parse(body.toString())).then(
            (told) => answer(200, JSON.stringify(told)),
            (error) => answer(500, JSON.stringify({ error: error.stack })));
    });
    console.log(JSON.stringify({ control: port, upstream: upstream.base, hook: clients.hook }));
    process.stdin.resume().on('end', () => process.exit(0)); // it never outlives its parent
}

main(process.argv.slice(2));
