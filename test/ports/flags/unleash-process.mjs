// Unleash as a process of its own: `node unleash-process.mjs <its module> <port> <its database, as JSON>`.
const [, , module = '', port = '', database = ''] = process.argv;
const { start } = await import(module);
const token = { tokenName: 'tests', username: 'tests', project: '*', environment: '*' };

await start({
  db: { ...JSON.parse(database), password: '', ssl: false },
  server: { host: '127.0.0.1', port: Number(port) },
  authentication: {
    type: 'open-source',
    initApiTokens: [
      { ...token, type: 'admin', secret: '*:*.admin' },
      { ...token, type: 'client', secret: 'default:development.client', project: 'default', environment: 'development' },
    ],
  },
  versionCheck: { enable: false },
  telemetry: false,
  logLevel: 'error',
});
console.log('{"ready":true}');
