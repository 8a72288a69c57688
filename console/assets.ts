/** What the browser gets beside the pages, as it is: nothing is built for it. */
export const style = `
:root { color-scheme: light dark; --quiet: light-dark(#595f69, #a4acb8); --line: light-dark(#d5d9e0, #3a404a); --wanted: light-dark(#fff6d9, #3a3210); --bad: light-dark(#a4161a, #ff8d8d); --link: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main { padding: .75rem 1rem; max-width: 80rem; margin: 0 auto; }
header { border-bottom: 1px solid var(--line); }
main:focus { outline: none; }
a { color: var(--link); }
.home { font-weight: 700; text-decoration: none; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .25rem; }
h1 { font-size: 1.4rem; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 1.25rem 0 .5rem; }
table { border-collapse: collapse; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border: 1px solid var(--line); min-width: 7rem; max-width: 24rem; }
.wide { overflow-x: auto; max-width: 100%; }
.quiet { color: var(--quiet); }
.note, .behind { font-size: .9rem; font-weight: 400; }
.note { color: var(--bad); }
.wanted { background: var(--wanted); padding: .25rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
header { display: flex; gap: 1rem; justify-content: space-between; flex-wrap: wrap; }
.offer { margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
button, input { font: inherit; padding: .3rem .7rem; border: 1px solid var(--line); border-radius: .3rem; }
button { cursor: pointer; font-weight: 600; }
.approve button { background: #1a7f37; color: #fff; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .75rem 0; }
dl div { display: flex; gap: .4rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
nav a { display: inline-block; padding: .15rem .5rem; }
nav a[aria-current] { font-weight: 700; }
code, pre { font: .9em ui-monospace, monospace; }
pre { margin: 0; }
ul, ol { padding-left: 1.25rem; }
`;

/** Puts in what has changed, and leaves the page as it is while the server is away. */
export const liveScript = `
const main = document.querySelector('main[data-live]');
if (main) {
  const changes = new EventSource(main.dataset.live);
  let next;
  // Nothing is changed under somebody's hands: a button that is replaced between press and release is not pressed.
  const show = () => {
    if (next === undefined || main.querySelector('details[open], form:hover, form:focus-within')) return;
    main.innerHTML = next;
    next = undefined;
  };
  changes.onmessage = ({ data }) => {
    next = JSON.parse(data);
    show();
  };
  setInterval(show, 500);
  addEventListener('pagehide', () => changes.close());
}
`;
