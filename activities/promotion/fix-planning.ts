import { dayIn } from '../../domain/promotion/day.ts';
import { fixName } from '../../domain/promotion/fix-plan.ts';
import type { FixPlan, FixPull } from '../../domain/promotion/fix-plan.ts';
import type { FixOutcome } from '../../domain/promotion/outcome.ts';
import { checkReleaseName, nextReleaseName, releaseNamesIn } from '../../domain/promotion/release-name.ts';
import type { HotfixRequest, StageFixRequest } from '../../domain/promotion/request.ts';
import type { PromotionRules } from '../../domain/promotion/rules.ts';
import { isSamePerson } from '../../domain/people/person.ts';
import { kinds, releaseId } from '../../domain/release/kinds.ts';
import { promotionIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { readContents } from '../environments/contents.ts';
import { serverTime } from '../server-time.ts';
import { readReleases } from './releases.ts';

type FixRefused = Extract<FixOutcome, { kind: 'fixRefused' }>;

/** Decides what a stage fix, or a hotfix, does. Writes nothing. */
export function createFixPlanning(ports: Pick<Ports, 'catalog' | 'environments' | 'forge' | 'releases'>) {
  const { catalog, forge, releases } = ports;
  const { seen } = readContents(ports);
  const { releaseOf } = readReleases(forge);

  /** @throws `InvalidInput` for a component that is not promoted to production; `InvalidCatalog` */
  async function planStageFix({ component, pulls, release }: StageFixRequest): Promise<FixPlan | FixRefused> {
    const { rules, pace, tags } = await settingOf(component);
    const found = await mergedPulls(rules, pulls);
    if ('reason' in found) return found;
    const today = dayIn(rules.timeZone, serverTime());
    const name = release ?? nextReleaseName(today, tags);
    const checked = checkReleaseName(name, { today, nearDays: rules.nearDays, taken: tags });
    if (checked.kind === 'invalid') return refused(checked.message);
    if (tags.includes(name)) return refused(`there is a release ${name} already: it has what is to be taken back`);
    return { kind: 'fix', id: releaseId('fix', component, fixName(pulls)), component, repository: rules.repository, release: name, pulls: found.pulls, stages: [], rules, pace };
  }

  /** It continues the name of what it patches, even weeks later. */
  async function planHotfix({ component, pull, partner, revert = [] }: HotfixRequest): Promise<FixPlan | FixRefused> {
    const { rules, pace, tags } = await settingOf(component);
    const [own, others] = [await mergedPulls(rules, [pull]), await mergedPulls(rules, revert)];
    if ('reason' in own) return own;
    if ('reason' in others) return others;
    const [mending] = own.pulls;
    if (revert.includes(pull)) return refused(`#${pull} can't be both the hotfix and taken back`);
    if (mending!.author !== undefined && isSamePerson(mending!.author, partner)) return refused(`${partner} wrote #${pull}: somebody else has to be the partner`);
    const inProduction = await productionRuns(rules);
    const [patched] = releaseNamesIn(inProduction === undefined ? [] : [inProduction]);
    if (!patched) return refused(`there is no release that it could patch: the latest is ${inProduction ?? 'none'}`);
    const release = nextReleaseName(patched.day, tags);
    return {
      kind: 'fix', id: releaseId('hotfix', component, `${pull}-on-${patched.text}`), component, repository: rules.repository, release, pulls: others.pulls,
      hotfix: { pull: mending!, partner, patches: patched.text }, stages: [], rules, pace,
    };
  }

  /** The release that production runs; where that can't be told, the latest. Another one that is under way is the latest already. */
  async function productionRuns({ repository, production }: PromotionRules): Promise<string | undefined> {
    const runs = (await seen(production!.environment, repository))?.sha;
    const named = runs && (await releaseOf({ repository }, runs, await forge.tags.list(repository, '2')));
    return named ?? forge.releases.latest(repository);
  }

  /** The hotfix of a component that is under way, if one is. */
  async function hotfixUnderWay({ component }: { readonly component: string }): Promise<string | undefined> {
    for (const id of await releases.begun(`${kinds.hotfix.prefix}${component}/`)) if (await releases.isRunning(id)) return id;
    return undefined;
  }

  async function settingOf(component: string): Promise<{ readonly rules: PromotionRules; readonly pace: FixPlan['pace']; readonly tags: readonly string[] }> {
    const read = await catalog.read();
    const rules = promotionIn(read, component);
    if (!rules.production || rules.stage === undefined) throw neverRetry('InvalidInput', `the catalog does not say how ${component} gets from stage to production: add "stage" and "production" to its promotion`);
    return { rules, pace: read.pace, tags: (await forge.tags.list(rules.repository, '2')).map(({ name }) => name) };
  }

  /** The newest first: each is taken back from what came after it. */
  async function mergedPulls({ repository, branch }: PromotionRules, numbers: readonly number[]): Promise<{ readonly pulls: readonly FixPull[] } | FixRefused> {
    const found: { readonly pull: FixPull; readonly at: string }[] = [];
    for (const number of new Set(numbers)) {
      const pull = await forge.pullRequests.get(repository, number);
      if (!pull) return refused(`${repository} has no pull request #${number}`);
      const [landing] = pull.mergeSha ? (await forge.pullRequests.landing(repository, pull.mergeSha, branch)).filter((one) => one.number === number) : [];
      if (!pull.mergeSha || !landing) return refused(`#${number} is not merged into ${branch}`);
      const at = (await forge.commits.find(repository, pull.mergeSha))?.committedAt ?? '';
      found.push({ at, pull: { number, title: pull.title, url: pull.url, mergeSha: pull.mergeSha, ...(landing.author !== undefined && { author: landing.author }) } });
    }
    return { pulls: found.toSorted((a, b) => (a.at === b.at ? b.pull.number - a.pull.number : a.at < b.at ? 1 : -1)).map(({ pull }) => pull) };
  }

  return { planStageFix: beating(planStageFix), planHotfix: beating(planHotfix), hotfixUnderWay };
}

function refused(reason: string): FixRefused {
  return { kind: 'fixRefused', reason };
}
