import { shortSha } from '../../../domain/code/commit.ts';
import { kinds, releaseId } from '../../../domain/release/kinds.ts';
import type { ExperimentalPlan } from '../../../domain/versions/packages/experimental-plan.ts';
import type { ExperimentalRequest } from '../../../domain/versions/request.ts';
import { readVersion, tagOf, versionText } from '../../../domain/versions/version.ts';
import { componentIn, versionedIn } from '../../../ports/catalog/entries.ts';
import { neverRetry, tryAgain } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';
import { refused } from '../ground.ts';
import type { Refused } from '../ground.ts';

/** Has a version built where a tag is all that it takes. */
export function createExperimental({ catalog: source, git }: Pick<Ports, 'catalog' | 'git'>) {
  /** @throws `InvalidInput` for a component without experimental builds */
  async function planExperimental({ component, version: text }: ExperimentalRequest): Promise<ExperimentalPlan | Refused> {
    const catalog = await source.read();
    const { code, versions } = versionedIn(catalog, component);
    const { chat } = componentIn(catalog, component);
    if (!versions.experimental) throw neverRetry('InvalidInput', `the catalog does not say where experimental builds of ${component} are made: add "versions.experimental" to it`);
    const read = readVersion(text);
    if (read.kind === 'refused') return read;
    const origin = versions.repository ?? code.canonical;
    const tag = (await git.refs(origin)).tags.find(({ name }) => name === tagOf(read.version));
    const version = versionText(read.version);
    if (!tag) return refused(`version: ${origin} has no tag ${tagOf(read.version)}: release it first: slipway start ${kinds.version.workflow} ${component} ${version}`);
    const { repository, package: name, requiredChecks } = versions.experimental;
    const there = (await git.refs(repository)).tags.find((one) => one.name === tag.name);
    if (there && there.commit !== tag.commit) return refused(`version: the tag ${tag.name} of ${repository} stands on ${shortSha(there.commit)}, and that of ${origin} on ${shortSha(tag.commit)}: tags are never moved`);
    return {
      kind: 'experimental',
      id: releaseId('experimental', component, version),
      component,
      origin,
      repository,
      tag: tag.name,
      at: tag.sha,
      candidate: tag.commit,
      package: name.replaceAll('{version}', version),
      requiredChecks,
      stages: [],
      ...(chat && { chat }),
      pace: catalog.pace,
    };
  }

  /** @throws `Conflict` where another tag of that name stands there, `Refused` where the remote does not take it */
  async function pushExperimental({ origin, repository, tag, at, candidate }: ExperimentalPlan): Promise<void> {
    await effect({
      key: `tag ${repository} ${tag}`,
      lagMs: 0,
      async probe() {
        const there = (await git.refs(repository)).tags.find(({ name }) => name === tag);
        if (there && there.commit !== candidate) throw neverRetry('Conflict', `the tag ${tag} of ${repository} stands on ${there.commit}: tags are never moved`);
        return there && true;
      },
      async act() {
        await git.bring(repository, origin, [candidate, at]);
        const pushed = await git.push(repository, [{ ref: { tag }, to: at }]);
        if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${tag} of ${repository} has come into being meanwhile`);
        if (pushed.kind === 'refused') throw neverRetry('Refused', `${repository} does not take the tag ${tag}: ${pushed.reason}`);
      },
    });
  }

  return { planExperimental: beating(planExperimental), pushExperimental: beating(pushExperimental) };
}
