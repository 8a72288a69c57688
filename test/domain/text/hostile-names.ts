const good = 'v5.3.4444-internal_database.schema.json';

const controls = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code === 32 ? 127 : code));
const invisible = ['\u00a0', '\u00ad', '\u200b', '\u200d', '\u202a', '\u202e', '\u2028', '\u2029', '\u2066', '\u3000', '\ufeff', '\ufffd', '\ud800'];
const climbs = ['../../', '..\\', '../', '/', '//', '\\', '~/', 'C:', 'C:\\', '%2e%2e/', '%2e%2e%2f', '..;/', 'file:///', '\\\\host\\', '....//', 'a/../'];
const options = ['-', '--', '--to-command=sh ', '--checkpoint-action=exec=sh', '-C/', '@', '@LongLink', '.', '..', '...', ' ', '+', '=', '*', '?', '$(id)', '`id`', '|', ';', '&'];
const versions = [
  '5.3.4444', 'V5.3.4444', 'vv5.3.4444', 'v5.3', 'v5', 'v', 'v5.3.4444.1', 'v05.3.4444', 'v5.03.4444', 'v5.3.04444', 'v5.3.-1', 'v-5.3.4444', 'v5.3.4444-rc.1',
  'v5.3.4444+build', 'v5.3.x', 'v5.*.1', 'v1e3.0.0', 'v0x5.3.1', 'v5,3,4444', 'v5.3.', 'v.3.4444', 'v5..4444', 'v５.3.4444', 'v٥.3.4444', 'v5.3.4444\u0661',
  'v5.3.1000000000', 'v99999999999999999999.0.0', 'v5.3.4_444', 'latest', 'main', '', 'v5.3.4444 ', ' v5.3.4444', 'v5 .3.4444', 'vNaN.0.0', 'v5.3.4444v5.3.4444',
];
const parts = [
  '.codeIntel', '.codeintel.', '..codeintel', '.codeintel.codeintel', '.unknown', '.', '..', '/.codeintel', '.codeintel/', '.json', '-codeintel', '_codeintel',
  '.codeintel\u0000', '.сodeintel', '.codeintel ', '.toString', '.__proto__', '.constructor', '{part}', '(.codeintel)',
];
const endings = ['', '.JSON', '.jsonx', '.json.gz', '.json/', '.json\n', '.json\r\n', '.json\0', '.json\0.png', '.json ', '.json.', '.json~', '.js', '_json', '.json:stream', '.json#', '.json?x'];
const whole = [
  '', '.', '..', '/', '//', '\\', 'schemas/', 'schemas', 'README.md', 'CON', 'nul', 'aux.json', '.DS_Store', 'Thumbs.db', '.gitkeep', 'PaxHeader/x', './././@LongLink',
  'pax_global_header', '/etc/passwd', '../../etc/cron.d/x', 'dist/schemas-v5.3.4444.tar.gz', '__proto__', 'constructor', 'hasOwnProperty', 'true', 'null',
  'x'.repeat(101), 'x'.repeat(1025), `${'a/'.repeat(500)}x`, `v5.3.4444-${'internal_database'.repeat(40)}.schema.json`,
];

/** Names that the bucket may hold, and that must get into no archive: over 200. */
export const hostileNames: readonly string[] = [
  ...whole,
  ...controls.flatMap((control) => [control + good, good + control, good.replace('-', `-${control}`)]),
  ...invisible.flatMap((mark) => [mark + good, good.replace('schema', `sch${mark}ema`)]),
  ...climbs.flatMap((climb) => [climb + good, good.replace('-', `-${climb}`), good + climb]),
  ...options.map((option) => option + good),
  ...versions.map((version) => `${version}-internal_database.schema.json`),
  ...parts.map((part) => `v5.3.4444-internal_database.schema${part}.json`),
  ...endings.map((ending) => `v5.3.4444-internal_database.schema${ending}`),
  good.toUpperCase(),
  good.replace('schema', 'Schema'),
  good.replace('internal', 'іnternal'),
  good.normalize('NFD').replace('e', 'e\u0301'),
  `${good}/${good}`,
  `${good}\n${good}`,
];
