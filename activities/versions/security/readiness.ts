import type { Sha } from '../../../domain/code/commit.ts';
import type { Remark } from '../../../domain/people/written-vote.ts';
import { judge } from '../../../domain/code/pipeline.ts';
import { releaseTrailer } from '../../../domain/code/trailer.ts';
import { kinds, releaseId } from '../../../domain/release/kinds.ts';
import { supportedLines } from '../../../domain/versions/security/lines.ts';
import type { SupportedLine } from '../../../domain/versions/security/lines.ts';
import type { PreparedLine, ReadyFix, SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { isMadeFrom, namesIssue, readinessOf } from '../../../domain/versions/security/readiness.ts';
import type { SecurityPull } from '../../../domain/versions/security/readiness.ts';
import { versionOfTag } from '../../../domain/versions/version.ts';
import type { SecurityRequest } from '../../../domain/versions/request.ts';
import { componentIn, versionedIn } from '../../../ports/catalog/entries.ts';
import { neverRetry, notYet } from '../../../ports/failures.ts';
import type { WaitingPullRequest } from '../../../ports/forge/merging.ts';
import type { Refs } from '../../../ports/git/git.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { ageMs, serverTime } from '../../server-time.ts';
import { refused } from '../ground.ts';
import type { Refused } from '../ground.ts';
import { discretion } from './discretion.ts';

/** Older commits of a branch are not looked through for one that this release has made. */
const mostLooked = 200;

export type PreparedFix = ReadyFix | PreparedLine;

/** Looks whether a fix that nobody may know of is ready to be released. */
export function createReadiness(ports: Pick<Ports, 'catalog' | 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { catalog: source, forge, git, releases } = ports;
  const { tellAtIssue, discreetly } = discretion(ports);

  /** @throws `InvalidInput` for a component without security releases */
  async function planSecurity({ component, issue, disclosure }: SecurityRequest): Promise<SecurityPlan | Refused> {
    const catalog = await source.read();
    const { code, versions } = versionedIn(catalog, component);
    const { chat, pin } = componentIn(catalog, component);
    if (!versions.security) throw neverRetry('InvalidInput', `the catalog does not say where fixes of ${component} are made before anybody may know of them: add "versions.security" to it`);
    const { repository = code.mirror, template } = versions.security;
    const id = releaseId('security', component, String(issue));
    const day = (disclosure ?? new Date(serverTime()).toISOString()).slice(0, 10);
    const plan: SecurityPlan = {
      kind: 'security',
      id,
      component,
      issue,
      repository,
      canonical: versions.repository ?? code.canonical,
      defaultBranch: code.branch,
      date: `${day}T00:00:00.000Z`,
      ...(versions.approval && { approvers: versions.approval.approvers }),
      stages: [],
      ...(chat && { chat }),
      ...(pin?.mention && { mention: pin.mention }),
      pace: catalog.pace,
    };
    return discreetly(plan, async () => {
      for (const other of await releases.begun(`${kinds.security.prefix}${component}/`)) {
        if (other !== id && (await releases.isRunning(other))) return refused(`issue: ${other} is under way, and what it has tagged would come out with this one: it has to be disclosed first`);
      }
      const found = await forge.issues.get(repository, issue);
      if (!found) return refused(`issue: the security repository has no issue ${issue}`);
      if (found.state === 'closed') return refused(`issue: ${issue} of the security repository is closed`);
      const text = await forge.commits.read(repository, template, code.branch);
      if (text === undefined || !isMadeFrom(found.body, text)) return refused(`issue: ${issue} of the security repository is not made from its template ${template}`);
      return plan;
    });
  }

  /**
   * The fix on every line and on the default branch, once it is ready everywhere: what is tagged already is not looked at again. The issue is told what
   * people have to do. @throws `NotYet` until then
   */
  async function lookAtFix(plan: SecurityPlan): Promise<readonly PreparedFix[]> {
    return discreetly(plan, async () => {
      const { repository, defaultBranch, issue } = plan;
      const refs = await git.refs(repository);
      const names = [...(await linesOf(plan, refs)).map(({ branch }) => branch), defaultBranch];
      const prepared = new Map<string, PreparedLine>();
      for (const branch of names) {
        const line = await preparedOn(plan, refs, branch);
        if (line) prepared.set(branch, line);
      }
      const open = names.filter((branch) => !prepared.has(branch));
      const branches = await Promise.all(open.map(async (branch) => ({ branch, pulls: await pullsInto(plan, refs, branch) })));
      const { ready, missing } = readinessOf(branches, issue);
      if (missing.length > 0) await tellAtIssue(plan, ['It is not ready to be released:', ...missing.map((what) => `- ${what}`)].join('\n'));
      if (ready < open.length) throw notYet(`${ready + prepared.size} of ${names.length} branches are ready`);
      return names.map((branch) => prepared.get(branch) ?? fixOn(branch, branches.find((one) => one.branch === branch)!.pulls[0]!));
    });
  }

  async function linesOf({ component }: SecurityPlan, refs: Refs): Promise<readonly SupportedLine[]> {
    const { versions } = versionedIn(await source.read(), component);
    return supportedLines(Object.keys(refs.branches), refs.tags.flatMap(({ name }) => versionOfTag(name) ?? []), versions.security?.lines ?? 0);
  }

  /** What this release has made of a branch before. */
  async function preparedOn({ id, repository, defaultBranch }: SecurityPlan, refs: Refs, branch: string): Promise<PreparedLine | undefined> {
    const head = refs.branches[branch];
    if (head === undefined) return undefined;
    const ours = (await git.log(repository, { to: head, limit: mostLooked })).find(({ message }) => releaseTrailer(message) === id);
    if (!ours) return undefined;
    if (branch === defaultBranch) return { branch, target: ours.sha };
    const tag = refs.tags.find(({ commit }) => commit === ours.sha);
    return tag && { branch, target: ours.sha, tag: tag.sha };
  }

  async function pullsInto({ repository, issue, pace }: SecurityPlan, refs: Refs, branch: string): Promise<readonly SecurityPull[]> {
    const open = (await forge.merging.waiting(repository, branch)).filter(({ title, body }) => namesIssue(`${title}\n${body}`, issue));
    return Promise.all(open.map((pull) => seen(pull, refs.branches[branch])));

    async function seen({ number, title, head, isDraft, assignees }: WaitingPullRequest, into: Sha | undefined): Promise<SecurityPull> {
      const checks = judge(await forge.pipelines.checks(repository, head), { required: [], patience: pace.patience }, serverTime());
      const hasBegun = checks.kind !== 'pending' || checks.running.length > 0 || ageMs() < pace.patience;
      return {
        number,
        title,
        head,
        isDraft,
        isAssigned: assignees.length > 0,
        isApproved: await isApproved(number, head),
        checks: checks.kind !== 'pending' ? checks.kind : hasBegun ? 'running' : 'none',
        conflicts: into === undefined ? [] : await conflictsOf(into, head),
      };
    }

    /** By the newest review of each that says anything: somebody approves of this head, and nobody asks for changes. */
    async function isApproved(number: number, head: Sha): Promise<boolean> {
      const verdicts = new Map<string, Remark['review']>();
      for (const { by, review } of await forge.discussions.remarks(repository, number)) if (review && review.verdict !== 'none') verdicts.set(by, review);
      const newest = [...verdicts.values()];
      return newest.some((review) => review?.verdict === 'approve' && review.sha === head) && newest.every((review) => review?.verdict !== 'reject');
    }

    async function conflictsOf(into: Sha, head: Sha): Promise<readonly string[]> {
      const merge = await git.write(repository, { kind: 'merge', into, from: head, message: 'trial', date: new Date(0).toISOString() });
      return merge.kind === 'conflict' ? merge.paths : [];
    }
  }

  return { planSecurity: beating(planSecurity), lookAtFix: beating(lookAtFix), preparedOn };
}

function fixOn(branch: string, { number, head }: SecurityPull): ReadyFix {
  return { branch, number, head };
}
