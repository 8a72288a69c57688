/** Of the catalog that the tests write. */
const stages = ['staging', 'canary', 'production'];

/**
 * What came before its cause, by the keys of effects in the order in which they were applied: a merge comes before stages, a stage before the next one, the first message of a
 * thread before its replies. What is parallel has no order.
 */
export function disorderIn(keys: readonly string[]): readonly string[] {
  const faults: string[] = [];
  const merged = keys.findIndex((key) => key.startsWith('merge '));
  for (const [at, key] of keys.entries()) {
    const { release, stage } = /^(?:dispatch|deployment) .*?(?<release>release\/[\w.-]+\/[\w.-]+)\/(?<stage>[\w.-]+)\/[0-9a-f]{12}$/.exec(key)?.groups ?? {};
    if (release !== undefined && stage !== undefined) {
      if (merged > at) faults.push(`${key} came before ${keys[merged]}`);
      const before = stages[stages.indexOf(stage) - 1];
      const launched = before === undefined ? -1 : keys.findIndex((other) => /^(dispatch|deployment) /.test(other) && other.includes(`${release}/${before}/`));
      if (launched > at) faults.push(`${key} came before ${keys[launched]}`);
    }
    const root = key.startsWith('message ') ? keys.findIndex((other) => key.startsWith(`${other}/`)) : -1;
    if (root > at) faults.push(`${key} came before ${keys[root]}`);
  }
  return faults;
}
