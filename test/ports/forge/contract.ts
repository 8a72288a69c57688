import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { PullRequest } from '../../../ports/forge/pull-requests.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { judge } from '../../../domain/code/pipeline.ts';
import { contract, until as comesTrue } from '../contract.ts';
import type { Differences } from '../contract.ts';
import { shaOf } from '../../shas.ts';

/** A forge to be held against the contract, and what only its owner and other people can do there. */
export interface ForgeStand {
  readonly forge: Forge;
  /** Its base branch holds at least three commits and the file `README.md`. */
  readonly repository: string;
  readonly base: string;
  /** What the names of the suite's branches and keys begin with. */
  readonly prefix: string;
  /** Longest wait for what the forge does by itself, in ms; 15 s if not given. */
  readonly patienceMs?: number;
  /** A workflow that can be dispatched, with inputs that make the key part of its run's name. */
  readonly workflow: { readonly file: string; inputs(key: string): Readonly<Record<string, string>> };
  /** A person's commit that sets one file. The branch is made off the base where it is missing. */
  commit(change: { readonly branch: string; readonly path: string; readonly text: string; readonly message: string }): Promise<Sha>;
  /** Lets every check of a commit end so. */
  finishChecks(sha: Sha, verdict: 'green' | 'red'): Promise<void>;
  /** Sees to what the base branch's protection asks of a head before it may be merged. */
  readyToMerge(sha: Sha): Promise<void>;
  /** Decides how coming runs and deployments end. */
  decideDeployments(outcome: 'success' | 'failure'): Promise<void>;
  /** Login of the person that the forge's token stands for. */
  readonly login: string;
  /** How many writes have arrived, where the stand can tell. */
  writes?(): Promise<number>;
  close(): Promise<void>;
}

const nowhere = shaOf('f');
const outcomes = [
  ['success', 'succeeded'],
  ['failure', 'failed'],
] as const;
const date = '2026-01-02T03:04:05Z';

/** What every forge must do, whoever stands behind it. `differences` names the tests that a stand-in is known to fail, and why. */
export function describeForge(name: string, open: () => Promise<ForgeStand>, differences: Differences = {}): void {
  describe(`the forge contract, held by ${name}`, () => {
    const { it, complete } = contract(differences);
    let stand: ForgeStand;
    let forge: Forge;
    let repository: string;
    let base: string;
    let count = 0;

    beforeAll(async () => {
      stand = await open();
      ({ forge, repository, base } = stand);
    });
    afterAll(() => stand?.close());

    const baseHead = async () => (await forge.branches.find(repository, base)) ?? expect.unreachable('the base branch is missing');
    const freshName = (what: string) => `${stand.prefix}/${what}-${++count}`;
    const until: typeof comesTrue = (read, wanted) => comesTrue(read, wanted, stand.patienceMs);
    const change = (branch: string, path = `${branch}.txt`, text = branch) => stand.commit({ branch, path, text, message: `Change ${path}` });

    async function mergeablePullRequest() {
      const opened = await openPullRequest();
      await stand.readyToMerge(opened.head);
      return opened;
    }

    async function openPullRequest(): Promise<PullRequest & { readonly branch: string }> {
      const branch = freshName('pull');
      await change(branch);
      const opened = await forge.pullRequests.open({ repository, head: branch, base, title: `Update ${branch}`, body: 'A body.' });
      return { ...opened, branch };
    }

    describe('commits', () => {
      it('the main line goes from the head down, and ends at the limit', async () => {
        const older = await change(base, 'history-1.txt');
        const newer = await change(base, 'history-2.txt');
        const line = await forge.commits.mainLine(repository, base, { limit: 2 });
        expect(line.map(({ sha }) => sha)).toEqual([newer, older]);
        expect(line[0]).toMatchObject({ title: 'Change history-2.txt', author: expect.stringMatching(/./), url: expect.stringContaining(newer) });
        expect(Date.parse(line[0]!.committedAt)).not.toBeNaN();
      });

      it('the main line of a missing branch is a failure, not an empty list', async () => {
        await expect(forge.commits.mainLine(repository, 'no-such-branch', { limit: 5 })).rejects.toMatchObject({ nonRetryable: true });
      });

      it('a commit is found by its SHA', async () => {
        const sha = await baseHead();
        const [listed] = await forge.commits.mainLine(repository, base, { limit: 1 });
        const { login: _, before: __, ...told } = listed!;
        expect(await forge.commits.find(repository, sha)).toEqual(told);
      });

      it('an unknown commit is not found', async () => {
        expect(await forge.commits.find(repository, nowhere)).toBeUndefined();
      });

      it('a commit has a whole message, and files', async () => {
        const sha = await forge.branches.write({ repository, parent: await baseHead(), path: 'notes.txt', text: 'x', message: 'A title\n\nA-Trailer: one', date });
        expect((await forge.commits.change(repository, sha))?.message).toBe('A title\n\nA-Trailer: one');
        expect(await forge.commits.files(repository, sha)).toEqual(['notes.txt']);
        expect(await forge.commits.change(repository, nowhere)).toBeUndefined();
      });

      it('the newest change of a file is found below what came after it', async () => {
        const first = await change(base, 'changed.txt', 'one');
        const second = await change(base, 'changed.txt', 'two');
        const head = await change(base, 'unchanged.txt');
        expect(await forge.commits.lastChange(repository, 'changed.txt', head)).toBe(second);
        expect(await forge.commits.lastChange(repository, 'changed.txt', first)).toBe(first);
        expect(await forge.commits.lastChange(repository, 'no-such-file.txt', head)).toBeUndefined();
      });

      it('a commit tells what it changes, the same for the same change', async () => {
        const text = Array.from({ length: 12 }, (_, line) => `line ${line}`).join('\n');
        await change(base, 'diff.txt', `${text}\n`);
        const first = await forge.branches.write({ repository, parent: await baseHead(), path: 'diff.txt', text: `${text}\nend\n`, message: 'Add an end\n\nThe body.', date });
        const moved = await change(base, 'diff-other.txt');
        const again = await forge.branches.write({ repository, parent: moved, path: 'diff.txt', text: `${text}\nend\n`, message: 'Again', date });
        const other = await forge.branches.write({ repository, parent: moved, path: 'diff.txt', text: `${text}\nfin\n`, message: 'Other', date });
        const told = (await forge.commits.change(repository, first))!;
        expect(told).toMatchObject({ sha: first, title: 'Add an end', message: 'Add an end\n\nThe body.', files: ['diff.txt'], patch: expect.any(String) });
        expect(told.isMerge).toBeUndefined();
        expect((await forge.commits.change(repository, again))?.patch).toBe(told.patch);
        expect((await forge.commits.change(repository, other))?.patch).not.toBe(told.patch);
      });

      it('a range holds what was added, newest first', async () => {
        const from = await baseHead();
        const first = await change(base, 'range-1.txt');
        const second = await change(base, 'range-2.txt');
        const range = await forge.commits.range(repository, from, second);
        expect(range.commits.map(({ sha }) => sha)).toEqual([second, first]);
        expect(range).toMatchObject({ total: 2, diverged: false });
      });

      it('a range to itself is empty', async () => {
        const head = await baseHead();
        expect(await forge.commits.range(repository, head, head)).toEqual({ commits: [], total: 0, diverged: false });
      });

      it('a range backwards is diverged', async () => {
        const from = await change(base, 'backwards.txt');
        const [, parent] = await forge.commits.mainLine(repository, base, { limit: 2 });
        expect(await forge.commits.range(repository, from, parent!.sha)).toMatchObject({ commits: [], total: 0, diverged: true });
      });

      it('a range from a commit that is no ancestor is diverged', async () => {
        const other = await change(freshName('fork'));
        const sha = await change(base, 'diverged.txt');
        const range = await forge.commits.range(repository, other, sha);
        expect(range.diverged).toBe(true);
        expect(range.commits.map((commit) => commit.sha)).toEqual([sha]);
      });

      it('a range from nowhere is refused', async () => {
        await expect(forge.commits.range(repository, nowhere, await baseHead())).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      });

      it('a file is read at a branch and at a SHA', async () => {
        const before = await change(base, 'docs/read me.txt', 'one\n');
        await change(base, 'docs/read me.txt', 'zwei – два\n');
        expect(await forge.commits.read(repository, 'docs/read me.txt', base)).toBe('zwei – два\n');
        expect(await forge.commits.read(repository, 'docs/read me.txt', before)).toBe('one\n');
      });

      it('a missing file is not there', async () => {
        expect(await forge.commits.read(repository, 'no/such/file', base)).toBeUndefined();
      });

      it('reads a large file as a whole', async () => {
        const text = 'a line of a schema\n'.repeat(80_000);
        await change(base, 'docs/large.json', text);
        expect(await forge.commits.read(repository, 'docs/large.json', base)).toBe(text);
      });

      it('lists the files right in a folder, and none for a folder that is missing', async () => {
        const before = await change(base, 'listed/one.json', '{}');
        const after = await change(base, 'listed/below/two.json', '{}');
        await change(base, 'listed/three.json', 'drei');
        expect(await forge.commits.list(repository, 'listed', before)).toEqual(['listed/one.json']);
        expect(await forge.commits.list(repository, 'listed', after)).toEqual(['listed/one.json']);
        expect(await forge.commits.list(repository, 'listed', base)).toEqual(['listed/one.json', 'listed/three.json']);
        expect(await forge.commits.list(repository, 'no/such/folder', base)).toBeUndefined();
      });
    });

    describe('branches', () => {
      const version = async (text = 'abc\n') => ({ repository, parent: await baseHead(), path: 'VERSION', text, message: 'Update the version', date });

      it('a missing branch is not there', async () => {
        expect(await forge.branches.find(repository, 'no-such-branch')).toBeUndefined();
        expect(await forge.branches.find(repository, base.slice(0, -1))).toBeUndefined();
        expect(await forge.branches.names(repository)).toEqual(expect.arrayContaining([base]));
      });

      it('a written commit changes one file, and is the same one when written again', async () => {
        const commit = await version();
        const sha = await forge.branches.write(commit);
        expect(await forge.branches.write(commit)).toBe(sha);
        expect(await forge.commits.read(repository, 'VERSION', sha)).toBe('abc\n');
        expect(await forge.commits.read(repository, 'README.md', sha)).toBeDefined();
        expect(await forge.commits.find(repository, sha)).toMatchObject({ title: 'Update the version' });
        expect(await baseHead()).toBe(commit.parent);
      });

      it('another text gives another commit', async () => {
        expect(await forge.branches.write(await version('one\n'))).not.toBe(await forge.branches.write(await version('two\n')));
      });

      it('a branch is created', async () => {
        const branch = freshName('branch');
        const sha = await baseHead();
        await forge.branches.create(repository, branch, sha);
        expect(await forge.branches.find(repository, branch)).toBe(sha);
      });

      it('a branch that exists is a conflict, and stays where it is', async () => {
        const branch = freshName('branch');
        const sha = await baseHead();
        await forge.branches.create(repository, branch, sha);
        const other = await forge.branches.write(await version('other\n'));
        for (const target of [sha, other]) {
          await expect(forge.branches.create(repository, branch, target)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        }
        expect(await forge.branches.find(repository, branch)).toBe(sha);
      });

      it('a branch on a missing commit is refused', async () => {
        await expect(forge.branches.create(repository, freshName('branch'), nowhere)).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      });

      it('a branch advances to a descendant', async () => {
        const branch = freshName('branch');
        const from = await baseHead();
        await forge.branches.create(repository, branch, from);
        const to = await forge.branches.write({ ...(await version('next\n')), parent: from });
        await forge.branches.advance(repository, branch, { from, to });
        expect(await forge.branches.find(repository, branch)).toBe(to);
      });

      it('a branch that somebody has moved is a conflict, and stays where it is', async () => {
        const branch = freshName('branch');
        const from = await baseHead();
        await forge.branches.create(repository, branch, from);
        const theirs = await change(branch);
        const ours = await forge.branches.write({ ...(await version('ours\n')), parent: from });
        await expect(forge.branches.advance(repository, branch, { from, to: ours })).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        expect(await forge.branches.find(repository, branch)).toBe(theirs);
      });

      it('a branch is removed, and removing it again changes nothing', async () => {
        const branch = freshName('branch');
        await forge.branches.create(repository, branch, await baseHead());
        await forge.branches.remove(repository, branch);
        expect(await forge.branches.find(repository, branch)).toBeUndefined();
        await forge.branches.remove(repository, branch);
      });
    });

    describe('pull requests', () => {
      it('one is opened, and found in the list and by its number', async () => {
        const { branch, ...opened } = await openPullRequest();
        expect(opened).toMatchObject({ state: 'open', title: `Update ${branch}`, body: 'A body.', labels: [], head: await forge.branches.find(repository, branch) });
        expect(opened).not.toHaveProperty('mergeSha');
        expect(await forge.pullRequests.get(repository, opened.number)).toMatchObject(opened);
        expect(await forge.pullRequests.list(repository, branch, base)).toEqual([opened]);
      });

      it('a second one for the same branches is a conflict', async () => {
        const { branch } = await openPullRequest();
        await expect(forge.pullRequests.open({ repository, head: branch, base, title: 'Again', body: '' })).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
        expect(await forge.pullRequests.list(repository, branch, base)).toHaveLength(1);
      });

      it('one without a difference is refused', async () => {
        const branch = freshName('same');
        await forge.branches.create(repository, branch, await baseHead());
        await expect(forge.pullRequests.open({ repository, head: branch, base, title: 'Nothing', body: '' })).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      });

      it('all of a branch are listed, newest first, and nobody else’s', async () => {
        const first = await openPullRequest();
        await forge.pullRequests.close(repository, first.number);
        const second = await forge.pullRequests.open({ repository, head: first.branch, base, title: 'Second', body: '' });
        await openPullRequest();
        const listed = await forge.pullRequests.list(repository, first.branch, base);
        expect(listed.map(({ number, state }) => ({ number, state }))).toEqual([
          { number: second.number, state: 'open' },
          { number: first.number, state: 'closed' },
        ]);
        expect(await forge.pullRequests.list(repository, 'no-such-branch', base)).toEqual([]);
      });

      it('a missing one is not there', async () => {
        expect(await forge.pullRequests.get(repository, 999_999)).toBeUndefined();
      });

      it('its body is rewritten, and its files are listed', async () => {
        const { number, branch } = await openPullRequest();
        await forge.discussions.rewrite(repository, number, 'Another body.');
        expect((await forge.pullRequests.get(repository, number))?.body).toBe('Another body.');
        expect(await forge.pullRequests.files(repository, number)).toEqual([`${branch}.txt`]);
      });

      it('a comment is found by what it holds', async () => {
        const { number } = await openPullRequest();
        expect(await forge.discussions.hasComment(repository, number, '<!-- a key -->')).toBe(false);
        await forge.discussions.comment(repository, number, 'Look at this.\n\n<!-- a key -->');
        expect(await forge.discussions.hasComment(repository, number, '<!-- a key -->')).toBe(true);
      });

      it('what people write on it is told, by whom and when', async () => {
        const { number } = await openPullRequest();
        expect(await forge.discussions.remarks(repository, number)).toEqual([]);
        await forge.discussions.comment(repository, number, '/approve production');
        const remarks = await until(() => forge.discussions.remarks(repository, number), ({ length }) => length > 0);
        expect(remarks).toEqual([
          { id: expect.stringMatching(/./), url: expect.stringContaining(`/${number}#issuecomment-`), by: stand.login, isPerson: !stand.login.endsWith('[bot]'), text: '/approve production', at: expect.stringMatching(/^\d{4}-.*Z$/), isEdited: false },
        ]);
      });

      it('labels are added to those that are there', async () => {
        const { number } = await openPullRequest();
        await forge.discussions.addLabels(repository, number, ['automation', 'release']);
        await forge.discussions.addLabels(repository, number, ['release', 'gitaly']);
        expect((await forge.pullRequests.get(repository, number))?.labels.toSorted()).toEqual(['automation', 'gitaly', 'release']);
      });

      it('a label takes the place of its family, and leaves all others', async () => {
        const { number } = await openPullRequest();
        await forge.discussions.addLabels(repository, number, ['automation', 'workflow::staging', 'workflow::canary']);
        await forge.discussions.label(repository, number, 'workflow::production', 'workflow::');
        expect((await forge.pullRequests.get(repository, number))?.labels.toSorted()).toEqual(['automation', 'workflow::production']);
      });

      it('a label is one label in whatever case it is asked for, and keeps its own', async () => {
        const { number } = await openPullRequest();
        const labels = async () => (await forge.pullRequests.get(repository, number))?.labels.toSorted();
        await forge.discussions.addLabels(repository, number, ['Cased', 'Cased::One']);
        const before = await stand.writes?.();
        await forge.discussions.addLabels(repository, number, ['cased']);
        await forge.discussions.label(repository, number, 'cased::one', 'cased::');
        expect(await stand.writes?.()).toBe(before);
        expect(await labels()).toEqual(['Cased', 'Cased::One']);
        await forge.discussions.label(repository, number, 'cased::two', 'cased::');
        expect(await labels()).toEqual(['Cased', 'cased::two']);
      });

      it('labels that are right already are not written', async () => {
        const { number } = await openPullRequest();
        await forge.discussions.addLabels(repository, number, ['automation', 'workflow::staging']);
        const before = await stand.writes?.();
        await forge.discussions.addLabels(repository, number, ['automation']);
        await forge.discussions.label(repository, number, 'workflow::staging', 'workflow::');
        expect(await stand.writes?.()).toBe(before);
      });

      it('one is closed, and closing it again changes nothing', async () => {
        const { number } = await openPullRequest();
        await forge.pullRequests.close(repository, number);
        await forge.pullRequests.close(repository, number);
        const closed = await forge.pullRequests.get(repository, number);
        expect(closed).toMatchObject({ state: 'closed', closedBy: stand.login });
        expect(closed).not.toHaveProperty('mergeSha');
      });

      it('closing a missing one is refused', async () => {
        await expect(forge.pullRequests.close(repository, 999_999)).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: true });
      });
    });

    describe('merging', () => {
      for (const method of ['merge', 'squash', 'rebase'] as const) {
        it(`${method}: the change is on the base branch, once`, async () => {
          const { number, head, branch } = await mergeablePullRequest();
          const result = await forge.merging.merge(repository, number, head, method);
          expect(result).toEqual({ kind: 'merged', sha: await baseHead() });
          expect(await forge.merging.merge(repository, number, head, method)).toEqual(result);
          expect(await forge.pullRequests.get(repository, number)).toMatchObject({ state: 'merged', mergeSha: await baseHead(), closedBy: stand.login });
          expect(await forge.commits.read(repository, `${branch}.txt`, base)).toBe(branch);
        });
      }

      it('a merge keeps what the base has gained since', async () => {
        const { number, head } = await mergeablePullRequest();
        const since = freshName('since');
        await change(base, since);
        expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'merged' });
        expect(await forge.commits.read(repository, since, base)).toBeDefined();
      });

      it('a head that moved is not merged', async () => {
        const { number, head, branch } = await mergeablePullRequest();
        await change(branch, 'more.txt');
        expect(await forge.merging.merge(repository, number, head, 'merge')).toEqual({ kind: 'moved' });
        expect(await forge.pullRequests.get(repository, number)).toMatchObject({ state: 'open' });
      });

      it('one that would not merge by itself is kept from it without a write', async () => {
        const { number } = await openPullRequest();
        const before = await stand.writes?.();
        await forge.merging.keepFromMerging(repository, number);
        expect(await stand.writes?.()).toBe(before);
        expect((await forge.pullRequests.get(repository, number))?.state).toBe('open');
      });

      it('a conflict with the base is told as one', async () => {
        const branch = freshName('conflict');
        await change(branch, 'same.txt', `${branch}\n`);
        await change(base, 'same.txt', `base ${branch}\n`);
        const { number, head } = await forge.pullRequests.open({ repository, head: branch, base, title: 'Conflict', body: '' });
        await stand.readyToMerge(head);
        expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'conflicts', reason: expect.stringMatching(/./) });
        expect(await forge.pullRequests.get(repository, number)).toMatchObject({ conflicts: true });
      });

      it('one that is closed is refused', async () => {
        const { number, head } = await mergeablePullRequest();
        await forge.pullRequests.close(repository, number);
        expect(await forge.merging.merge(repository, number, head, 'merge')).toMatchObject({ kind: 'refused' });
      });
    });

    describe('pipelines', () => {
      for (const verdict of ['green', 'red'] as const) {
        it(`a pipeline that ends ${verdict} is seen as such`, async () => {
          const sha = await change(freshName('checked'));
          await stand.finishChecks(sha, verdict);
          await until(async () => judge(await forge.pipelines.checks(repository, sha), { required: [] }, Date.now()).kind, (kind) => kind === verdict);
          for (const check of await forge.pipelines.checks(repository, sha)) expect(check.name).not.toBe('');
        });
      }
    });

    describe('workflow runs', () => {
      const key = () => freshName('run');

      for (const [outcome, state] of outcomes) {
        it(`a run that ends with ${outcome} is found by its key, and followed`, async () => {
          await stand.decideDeployments(outcome);
          const runKey = key();
          expect(await forge.workflowRuns.carrying(repository, stand.workflow.file, runKey)).toEqual([]);
          await forge.workflowRuns.dispatch(repository, stand.workflow.file, base, stand.workflow.inputs(runKey));
          const [run] = await until(() => forge.workflowRuns.carrying(repository, stand.workflow.file, runKey), (found) => found.length > 0);
          await until(() => forge.workflowRuns.get(repository, run!.id), (now) => now.state === state);
          const newest = await until(() => forge.workflowRuns.succeeded(repository, stand.workflow.file), (found) => (found[0]?.name.includes(runKey) ?? false) === (state === 'succeeded'));
          for (const { at } of newest.slice(0, 1)) expect(Date.parse(at)).not.toBeNaN();
        });
      }

      it('of two runs with the same key the older comes first', async () => {
        const runKey = key();
        const carrying = (count: number) => until(() => forge.workflowRuns.carrying(repository, stand.workflow.file, runKey), (found) => found.length === count);
        await forge.workflowRuns.dispatch(repository, stand.workflow.file, base, stand.workflow.inputs(runKey));
        const [first] = await carrying(1);
        await forge.workflowRuns.dispatch(repository, stand.workflow.file, base, stand.workflow.inputs(runKey));
        expect((await carrying(2))[0]?.id).toBe(first!.id);
      });

      it('a run may be cancelled, also when it has ended', async () => {
        const runKey = key();
        await forge.workflowRuns.dispatch(repository, stand.workflow.file, base, stand.workflow.inputs(runKey));
        const [run] = await until(() => forge.workflowRuns.carrying(repository, stand.workflow.file, runKey), (found) => found.length > 0);
        await forge.workflowRuns.cancel(repository, run!.id);
        await until(() => forge.workflowRuns.get(repository, run!.id), ({ state }) => state !== 'running');
        await forge.workflowRuns.cancel(repository, run!.id);
      });

      it('a missing workflow is refused', async () => {
        await expect(forge.workflowRuns.dispatch(repository, 'no-such-workflow.yml', base, stand.workflow.inputs(key()))).rejects.toMatchObject({ nonRetryable: true });
      });
    });

    describe('deployments', () => {
      for (const [outcome, state] of outcomes) {
        it(`a deployment that ends with ${outcome} is found by its key, and followed`, async () => {
          await stand.decideDeployments(outcome);
          const [sha, key] = [await baseHead(), freshName('deployment')];
          expect(await forge.deployments.carrying(repository, 'production', sha, key)).toEqual([]);
          const { id } = await forge.deployments.create(repository, { environment: 'production', sha, key, payload: { attempt: 1 } });
          expect(await forge.deployments.carrying(repository, 'production', sha, key)).toMatchObject([{ id }]);
          expect(await forge.deployments.carrying(repository, 'staging', sha, key)).toEqual([]);
          expect(await forge.deployments.carrying(repository, 'production', sha, `${key}0`)).toEqual([]);
          await until(() => forge.deployments.get(repository, id), (now) => now.state === state);
          const successes = await forge.deployments.succeeded(repository, 'production');
          expect(successes.map(({ name }) => name).indexOf(key)).toBe(state === 'succeeded' ? 0 : -1);
        });
      }

      it('of two deployments with the same key the older comes first, and the other may be retired', async () => {
        const [sha, key] = [await baseHead(), freshName('deployment')];
        const { id } = await forge.deployments.create(repository, { environment: 'staging', sha, key, payload: { attempt: 1 } });
        const second = await forge.deployments.create(repository, { environment: 'staging', sha, key, payload: { attempt: 2 } });
        expect((await forge.deployments.carrying(repository, 'staging', sha, key)).map((one) => one.id)).toEqual([id, second.id]);
        await forge.deployments.retire(repository, second.id, 'created twice');
        expect((await forge.deployments.get(repository, second.id)).state).toBe('failed');
      });

      it('one that succeeded has succeeded, also when another one has taken its place', async () => {
        await stand.decideDeployments('success');
        const sha = await baseHead();
        const succeeded = async () => {
          const { id } = await forge.deployments.create(repository, { environment: 'staging', sha, key: freshName('deployment'), payload: { attempt: 1 } });
          await until(() => forge.deployments.get(repository, id), (now) => now.state === 'succeeded');
          return id;
        };
        const first = await succeeded();
        await succeeded();
        expect((await forge.deployments.get(repository, first)).state).toBe('succeeded');
      });

      it('a missing commit is not deployed', async () => {
        await expect(forge.deployments.create(repository, { environment: 'staging', sha: nowhere, key: freshName('deployment'), payload: { attempt: 1 } })).rejects.toMatchObject({ nonRetryable: true });
      });
    });

    describe('access', () => {
      it('a token is its account’s', async () => {
        expect(await forge.access.identity()).toMatchObject({ login: stand.login });
      });

      it('a repository may be written, or is not seen', async () => {
        expect(await forge.access.repository(repository)).toBe('write');
        expect(await forge.access.repository(`${repository}-that-is-not-there`)).toBeUndefined();
      });

      it('nobody is in a team that is not there', async () => {
        expect(await forge.access.isMember(`${repository.split('/')[0]}/no-such-team`, stand.login)).toBe(false);
      });

      it('a branch that is not protected asks for nothing', async () => {
        const branch = freshName('unprotected');
        await forge.branches.create(repository, branch, await baseHead());
        expect(await forge.access.rules(repository, branch)).toBeUndefined();
        await expect(forge.access.rules(repository, 'no-such-branch')).rejects.toMatchObject({ nonRetryable: true });
      });

      it('a repository tells how it may be merged into', async () => {
        expect((await forge.access.merging(repository))?.methods).toEqual(expect.arrayContaining(['merge', 'squash', 'rebase']));
      });

      it('a workflow can be dispatched, or is not there', async () => {
        expect(await forge.access.workflow(repository, stand.workflow.file)).toBe('active');
        expect(await forge.access.workflow(repository, 'no-such-workflow.yml')).toBeUndefined();
      });
    });

    test('every difference that is listed is a test of this contract', () => expect(complete()).toEqual([]));
  });
}
