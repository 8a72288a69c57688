import { git, runGit } from './git.ts';

export async function initBare(dir: string, defaultBranch: string): Promise<void> {
  await git(dir, ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`, dir]);
  // Objects that no ref reaches must stay readable: a lagging replica still shows them.
  await git(dir, ['config', 'gc.auto', '0']);
  await git(dir, ['config', 'receive.autogc', 'false']);
  await git(dir, ['config', 'uploadpack.allowFilter', 'true']);
  await git(dir, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
}

/** Every ref of the repository, by full name. */
export async function readRefs(dir: string): Promise<Map<string, string>> {
  const lines = await git(dir, ['for-each-ref', '--format=%(refname) %(objectname)']);
  return new Map(lines.split('\n').filter(Boolean).map((line) => line.split(' ') as [string, string]));
}

export async function setRef(dir: string, ref: string, sha: string | undefined): Promise<void> {
  const line = sha === undefined ? `delete ${ref}\0\0` : `update ${ref}\0${sha}\0\0`;
  await git(dir, ['update-ref', '-z', '--stdin'], { input: line });
}

export async function isRefName(dir: string, ref: string): Promise<boolean> {
  return (await runGit(dir, ['check-ref-format', ref], { accept: [1, 129] })).code === 0;
}
