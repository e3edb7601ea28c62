// Which tab of a browser listens for all of them, where pages have no Web Locks: those by plain
// http under a name. The tabs hear each other over one channel. A tab that hears of no leader asks
// for one, and leads if nobody answers; of two that lead, the one with the lower id goes on. A
// leader answers from its message handler, since timers of hidden pages may sleep for a minute.

export const silence = 4000;  // milliseconds without a word of the leader, after which it is asked
export const patience = 600;  // for an answer

// `post` tells the other tabs, `onLead` and `onYield` are called when this one begins and ceases to
// lead. Call `tick` about once a second, `heard` with what others posted.
export function election({ id, now, post, onLead, onYield }) {
  let state = "following";
  let since = -Infinity; // of the last word of the leader; while asking: of the question

  const say = (what) => post({ what, from: id });
  const ask = (what) => {
    state = "asking";
    since = now();
    say(what);
  };
  const follow = () => {
    state = "following";
    since = now();
  };

  return {
    leads: () => state === "leading",
    start: () => ask("who"),
    alive() {
      if (state === "following") {
        since = now();
      }
    },
    tick() {
      if (state === "following" && now() - since > silence) {
        ask("who");
      } else if (state === "asking" && now() - since >= patience) {
        state = "leading";
        say("lead");
        onLead();
      }
    },
    heard({ what, from }) {
      if (state === "leading") {
        if (what === "lead" && from < id) {
          follow();
          onYield();
        } else {
          say("lead");
        }
      } else if (what === "lead") {
        follow();
      } else if (what === "bye") {
        ask("who");
      } else if (state === "asking" && from < id) {
        since = now(); // it may lead first
      }
    },
    leave() {
      if (state === "leading") {
        state = "gone";
        say("bye");
      }
    },
  };
}
