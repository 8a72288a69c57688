import { toldFailures } from '../../domain/code/pipeline.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { releaseNamesIn } from '../../domain/promotion/release-name.ts';
import { lastReleased, overdue } from '../../domain/promotion/stage-watch.ts';
import type { Lateness, SeenOnStage, StageNews, StageWatchPlan } from '../../domain/promotion/stage-watch.ts';
import { releaseId } from '../../domain/release/kinds.ts';
import { promotionIn } from '../../ports/catalog/entries.ts';
import { neverRetry, notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { verdicts } from '../changes/verdict.ts';
import { effect } from '../effect.ts';
import { readContents } from '../environments/contents.ts';
import { serverTime } from '../server-time.ts';
import { shortName } from './landed.ts';

const dayMs = 86_400_000;
/** So far back it is looked for a commit that has not come to stage. */
const deepest = 30;
/** Red ones are passed over for one that should be there all the same. */
const mostJudged = 5;

export interface StageLook {
  readonly plan: StageWatchPlan;
  /** What stage ran the last time. */
  readonly last?: SeenOnStage | undefined;
  /** Why people know something to be late. */
  readonly late?: Lateness | undefined;
  /** ISO 8601: somebody has had it looked for images then, which takes its time. */
  readonly asked?: string | undefined;
  /** ISO 8601: when people were told that production is quiet. */
  readonly noticed?: string | undefined;
}

/** Follows what stage runs, which others deploy. */
export function createStageWatch(ports: Pick<Ports, 'catalog' | 'cluster' | 'environments' | 'forge' | 'registry'>) {
  const { catalog, cluster, forge, registry } = ports;
  const { seen } = readContents(ports);
  const { verdictOf } = verdicts(forge);

  /** @throws `InvalidInput` for a component that is not promoted, or without a stage; `InvalidCatalog` */
  async function planStageWatch({ component }: { readonly component: string }): Promise<StageWatchPlan> {
    const read = await catalog.read();
    const { repository, branch, stage, production, image, sync, requiredChecks, notice, chat } = promotionIn(read, component);
    if (stage === undefined) throw neverRetry('InvalidInput', `the catalog does not say where every commit of ${component} runs: add "stage" to its promotion`);
    return {
      kind: 'stageWatch', id: releaseId('stage', component, stage), component, repository, branch, stage, requiredChecks, channel: chat.progress, notice, stages: [], pace: read.pace,
      ...(production && { production: production.environment }), ...(image && registry && { image: image.name }), ...(sync !== undefined && { application: sync }),
    };
  }

  /** @throws `NotYet` while there is no news */
  async function stageNews(look: StageLook): Promise<StageNews> {
    const { plan, last } = look;
    const runs = (await seen(plan.stage, plan.repository))?.sha;
    const news = (await movement(plan, runs, last)) ?? (await verdict(plan, last)) ?? (await lateness(look, runs)) ?? (await quiet(look));
    if (news) return news;
    throw notYet(`${plan.stage} runs ${runs === undefined ? 'nothing that is known' : shortName(runs)}`);
  }

  async function movement({ repository, image }: StageWatchPlan, runs: Sha | undefined, last: SeenOnStage | undefined): Promise<StageNews | undefined> {
    if (runs === undefined) return undefined;
    const digest = image === undefined ? undefined : await registry!.digestOf(image, shortName(runs));
    if (runs !== last?.sha) return { kind: 'moved', sha: runs, title: (await forge.commits.find(repository, runs))?.title ?? '', ...(digest !== undefined && { digest }) };
    return digest === undefined || digest === last.digest ? undefined : { kind: 'built', sha: runs, digest };
  }

  async function verdict(plan: StageWatchPlan, last: SeenOnStage | undefined): Promise<StageNews | undefined> {
    if (last === undefined || last.checks !== undefined) return undefined;
    const found = await verdictOn(plan, last.sha);
    return found.kind === 'pending' ? undefined : { kind: 'checked', sha: last.sha, checks: found.kind, told: found.kind === 'red' ? toldFailures(found.failed) : '' };
  }

  function verdictOn({ repository, requiredChecks: required, pace: { patience } }: StageWatchPlan, sha: Sha) {
    return verdictOf({ repository, sha, demand: { required, ignored: [], patience } });
  }

  /** Of what should be there the newest that is green; where none is, the newest that is red. */
  async function lateness({ plan, late, asked }: StageLook, runs: Sha | undefined): Promise<StageNews | undefined> {
    const { repository, branch, pace } = plan;
    const latest = serverTime() - pace.patience;
    if (asked !== undefined && Date.parse(asked) > latest) return undefined;
    const line = await forge.commits.mainLine(repository, branch, { limit: deepest, ...(runs !== undefined && { until: runs }) });
    let red: StageNews | undefined;
    for (const { sha, title } of overdue(line, { runs, before: latest }).slice(0, mostJudged)) {
      const found = await verdictOn(plan, sha);
      if (found.kind === 'pending') continue;
      if (found.kind === 'red') {
        red ??= { kind: 'late', sha, title, why: 'red', told: `its checks are red: ${toldFailures(found.failed)}` };
        continue;
      }
      const where = await whereToLook(plan, sha);
      return where.why === late ? undefined : { kind: 'late', sha, title, ...where };
    }
    // A green one that does not come is worse: whoever knows of that hears no more.
    return late === undefined ? red : undefined;
  }

  async function whereToLook({ stage, image, application }: StageWatchPlan, sha: Sha): Promise<{ readonly why: Lateness; readonly told: string }> {
    if (image !== undefined && (await registry!.digestOf(image, shortName(sha))) === undefined) return { why: 'unbuilt', told: `there is no image ${image}:${shortName(sha)}: look at its build` };
    const state = application === undefined ? undefined : await cluster?.look(application);
    if (!state) return { why: 'untaken', told: `${image === undefined ? 'nobody has said why' : 'its image is there'}: look at what deploys to ${stage}` };
    const failed = state.operation?.phase === 'failed' ? `, and could not be synchronised (${state.operation.message})` : '';
    return { why: 'untaken', told: `${application} is ${state.isSynced ? 'synced' : 'out of sync'}, and ${state.health}${failed}: ${state.url}` };
  }

  async function quiet({ plan: { repository, production, notice }, noticed }: StageLook): Promise<StageNews | undefined> {
    if (notice === 0 || production === undefined) return undefined;
    const [tag, there] = await Promise.all([forge.releases.latest(repository), seen(production, repository)]);
    const [latest] = releaseNamesIn(tag === undefined ? [] : [tag]);
    const last = lastReleased(latest?.day, there?.at);
    if (last === undefined) return undefined;
    const now = serverTime();
    const isKnown = noticed !== undefined && now - Date.parse(noticed) <= notice;
    return now - last <= notice || isKnown ? undefined : { kind: 'quiet', days: Math.floor((now - last) / dayMs), latest: latest?.text ?? shortName(there!.sha) };
  }

  /** Has what brings images to stage look at once. A synchronisation that runs already is as good. @returns where it is to be seen */
  async function syncStage({ application, since }: { readonly application: string; /** ISO 8601: when somebody has asked for it */ readonly since: string }): Promise<string> {
    if (!cluster) throw neverRetry('InvalidInput', 'the worker has no cluster: set SLIPWAY_CLUSTER, see docs/adapters.md');
    return effect<string>({
      key: `sync ${application} ${since}`,
      lagMs: 2_000,
      async probe() {
        const state = await cluster.look(application);
        if (!state) throw neverRetry('InvalidInput', `there is no application ${application}`);
        const { operation } = state;
        return operation && (operation.phase === 'running' || Date.parse(operation.startedAt) >= Date.parse(since)) ? state.url : undefined;
      },
      act: () => cluster.sync(application),
    });
  }

  return { planStageWatch: beating(planStageWatch), stageNews, syncStage: beating(syncStage) };
}
