import type { Catalog } from '../../../domain/catalog.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import type { PromotionRules } from '../../../domain/promotion/rules.ts';
import { kinds, releaseId } from '../../../domain/release/kinds.ts';
import { isStatus } from '../../../domain/promotion/ticket.ts';
import { launches } from '../../../ports/launch/launches.ts';
import { readHash } from '../../environments/shown-hash.ts';
import { shortName } from '../../promotion/landed.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

/** What it takes to get a component from stage to production. */
export async function diagnosePromotion({ forge, chat, cluster, registry, releases, issues }: DiagnosisPorts, name: string, rules: PromotionRules, { environments }: Pick<Catalog, 'environments'>): Promise<readonly Finding[]> {
  const { repository, branch, requiredChecks, image, qa, restart, stage, sync, production, previews, gates, onTag, chat: channels } = rules;
  const about = (what: string) => `${name}: ${what}`;
  const launchBy = launches({ forge });
  const targets = [...(production ? [production] : []), ...previews];
  const places = [...new Set([stage, ...targets.map(({ environment }) => environment)])].filter((place) => place !== undefined);
  const workflows = [...new Set([...onTag, ...gates.flatMap((gate) => ('workflow' in gate ? [gate.workflow] : []))])];

  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(repository), repository, 'write'),
    ...(production ? [protection(), latest()] : []),
    ...(image ? [imageFound(image.name)] : []),
    ...places.map(report),
    ...(stage === undefined ? [] : [followed(stage)]),
    ...[...new Set([...(sync === undefined ? [] : [sync]), ...restart.flatMap((one) => ('application' in one ? [one.application] : []))])].map(application),
    ...workflows.map(workflowFound),
    ...targets.flatMap(({ promote }) => launchBy[promote.kind].requires(promote, { repository, branch, key: '{key}' })).map((required) =>
      examine(about(required.name), 'let the token read actions', async () => {
        const found = await required.lack();
        return found ? missing(found.what, found.todo) : fine('can be started');
      }),
    ),
    ...(qa?.projects.map((project) => projectFound(project, qa)) ?? []),
    ...[channels.progress, channels.hotfixes].filter((channel) => channel !== undefined).map((channel) =>
      examine(about(channel), 'see docs/adapters.md', async () => {
        await chat.reach(channel);
        return fine('can be told');
      }),
    ),
  ]);
  return [...new Map(findings.flat().map((finding) => [JSON.stringify(finding), finding])).values()];

  /** Whatever is merged is on stage: what keeps it from being merged is all that keeps it from there. */
  function protection() {
    const todo = `protect ${branch}: a review, and the checks of promotion.requiredChecks`;
    return examine(about(`protection of ${branch} of ${repository}`), 'let the token read the settings of the repository', async () => {
      const asked = await forge.access.rules(repository, branch);
      if (!asked) return missing('asks for nothing before a merge', todo);
      const lacking = requiredChecks.filter((check) => !asked.checks.includes(check));
      if (lacking.length > 0) return missing(`does not ask for ${lacking.join(', ')}`, todo);
      if (asked.reviews === 0) return doubtful('asks for no review, or the token may not see that it does', todo);
      return requiredChecks.length === 0 ? doubtful(`asks for ${asked.checks.join(', ') || 'no check'}`, 'name in promotion.requiredChecks what it must ask for') : fine(`asks for ${[...requiredChecks, `${asked.reviews} reviews`].join(', ')}`);
    });
  }

  function latest() {
    return examine(about(`the latest release of ${repository}`), 'let the token read releases', async () => {
      const found = await forge.releases.latest(repository);
      return found === undefined ? doubtful('there is none', 'the first release lists its newest commits, and none is the latest again should it fail') : fine(found);
    });
  }

  function imageFound(called: string) {
    return examine(about(`image ${called}`), 'see docs/adapters.md', async () => {
      if (!registry) return missing('the worker has no registry', 'set SLIPWAY_REGISTRY');
      const [head] = await forge.commits.mainLine(repository, branch, { limit: 1 });
      if (!head) return missing(`there is no branch ${branch}`, 'correct promotion.branch in the catalog');
      const tag = shortName(head.sha);
      const digest = await registry.digestOf(called, tag);
      return digest === undefined ? doubtful(`has no tag ${tag}, which is the head of ${branch}`, 'it may still be built; else correct promotion.image, or let the registry be read') : fine(`${tag} is ${digest}`);
    });
  }

  function report(place: string) {
    return examine(about(`what ${place} runs`), 'see "report" in docs/catalog.md', async () => {
      const url = environments[place]?.report;
      if (url === undefined) return doubtful('is told by no report', `without one, what others deploy there is known by the forge's deployments only: add "report" to the environment`);
      const sha = await readHash(url);
      return sha === undefined ? doubtful(`${url} shows no commit`, 'a release waits for it: correct "report"') : fine(shortName(sha));
    });
  }

  function followed(place: string) {
    return examine(about(`the following of ${place}`), 'let the worker ask the Temporal server', async () => {
      const id = releaseId('stage', name, place);
      if (await releases.isRunning(id)) return fine(id);
      return doubtful('does not run', `only what ${place} runs at that moment is known to have run there: slipway start ${kinds.stage.workflow} ${name}`);
    });
  }

  function application(called: string) {
    return examine(about(`the application ${called}`), 'see docs/adapters.md', async () => {
      if (!cluster) return missing('the worker has no cluster', 'set SLIPWAY_CLUSTER');
      const state = await cluster.look(called);
      return state ? fine(`${state.isSynced ? 'synced' : 'out of sync'}, ${state.health}`) : missing('does not exist, or may not be read', 'correct sync and restart of its promotion in the catalog');
    });
  }

  function workflowFound(file: string) {
    return examine(about(`${file} of ${repository}`), 'let the token read actions', async () => {
      const state = await forge.access.workflow(repository, file);
      if (!state) return missing('does not exist', 'correct onTag and gates in the catalog');
      return state === 'disabled' ? missing('is disabled', 'enable it') : fine('is there');
    });
  }

  function projectFound(project: string, { promoted }: NonNullable<PromotionRules['qa']>) {
    return examine(about(`tickets of ${project}`), 'see docs/adapters.md', async () => {
      if (!issues) return missing('the worker has no issue tracker', 'set SLIPWAY_ISSUES');
      if (!promoted) return fine('are not moved');
      for (const status of promoted.from) {
        const [ticket] = await issues.list(project, status);
        if (!ticket) continue;
        const open = await issues.targets(ticket.key);
        if (promoted.to.some((wanted) => open.some((target) => isStatus(target, wanted)))) return fine(`${ticket.key} can be moved to ${promoted.to.join(' or ')}`);
        return missing(`${ticket.key} can be moved to ${open.join(', ') || 'nothing'} only`, 'let the account move tickets, or correct promotion.qa.promoted.to');
      }
      return doubtful(`none is ${promoted.from.map((status) => `"${status}"`).join(' or ')} now`, 'whether they can be moved is not known until one is');
    });
  }
}
