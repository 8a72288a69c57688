import { createHash } from 'node:crypto';
import type { Commit, Sha } from '../../../../domain/code/commit.ts';
import { asSha } from '../../../../domain/code/commit.ts';
import { neverRetry } from '../../../failures.ts';
import type { Repository } from '../../../../domain/code/repository.ts';
import type { Commits } from '../../commits.ts';
import { at } from '../connection/client.ts';
import type { GitHub } from '../connection/client.ts';
import { refusal, unlessMissing } from '../connection/failures.ts';
import { fromList, title } from './listed-commit.ts';
import { readMainLine } from './main-line.ts';

const pageSize = 100;
/** Commits of a range that are read at most: GitHub counts them all, but gives a page at a time. */
const longestRange = 500;
/** Files of a commit that GitHub tells of at most, and of them in one answer. */
const [mostFiles, filesInOneAnswer] = [3_000, 300];
/** Entries of a folder that GitHub tells of, without a word about those that it leaves out. */
const mostListed = 1_000;

export function githubCommits(github: GitHub): Commits {
  const { rest, paginate } = github;

  /** Not in pages: of more than 300 GitHub tells the first. */
  async function filesSince(repository: Repository, since: Sha, sha: Sha): Promise<readonly string[] | undefined> {
    const { data } = await rest.repos.compareCommitsWithBasehead({ ...at(repository), basehead: `${since}...${sha}`, per_page: 1 });
    return data.files === undefined || data.files.length >= filesInOneAnswer ? undefined : changedPaths(data.files);
  }

  return {
    mainLine: readMainLine(github),

    async find(repository, sha) {
      const found = await unlessMissing(rest.git.getCommit({ ...at(repository), commit_sha: sha }));
      if (!found) return undefined;
      const { message, author, committer, html_url } = found.data;
      return { sha: asSha(found.data.sha), title: title(message), author: author.name, committedAt: committer.date, url: html_url };
    },

    async change(repository, sha) {
      const found = await rest.repos.getCommit({ ...at(repository), ref: sha }).catch((error: unknown) => {
        if ([404, 422].includes(refusal(error)?.status ?? 0)) return undefined;
        throw error;
      });
      if (!found) return undefined;
      const { files = [], commit, parents } = found.data;
      const patch = patchOf(files);
      return {
        sha: asSha(found.data.sha),
        title: title(commit.message),
        message: commit.message,
        files: files.map(({ filename }) => filename),
        ...(patch && { patch }),
        ...(parents.length > 1 && { isMerge: true }),
      };
    },

    async lastChange(repository, path, ref) {
      const { data } = await rest.repos.listCommits({ ...at(repository), sha: ref, path, per_page: 1 });
      return data[0] && asSha(data[0].sha);
    },

    async files(repository, sha, since) {
      const files: ChangedFile[] = [];
      let last = 0;
      for await (const { data } of paginate.iterator(rest.repos.getCommit, { ...at(repository), ref: sha, per_page: pageSize })) {
        const { parents, files: page = [] } = data as unknown as Awaited<ReturnType<typeof rest.repos.getCommit>>['data'];
        if (since !== undefined && parents[0]?.sha !== since) return filesSince(repository, since, sha);
        files.push(...page);
        last = page.length;
      }
      return files.length >= mostFiles || last >= filesInOneAnswer ? undefined : changedPaths(files);
    },

    async range(repository, from, to) {
      const page = async (number: number) => (await rest.repos.compareCommitsWithBasehead({ ...at(repository), basehead: `${from}...${to}`, page: number, per_page: pageSize })).data;
      const first = await page(1).catch((error: unknown) => {
        const { status, reason = '' } = refusal(error) ?? {};
        if (status !== 404) throw error;
        // Said of commits that are both there, and in these words only.
        if (/no common ancestor/i.test(reason)) throw neverRetry('InvalidInput', `${from} and ${to} of ${repository} have no common ancestor`);
        throw neverRetry('InvalidInput', `${repository} does not hold both ${from} and ${to}`, refusal(error));
      });
      const { total_commits: total, status } = first;
      const newest: Commit[] = [];
      // GitHub's pages go from the oldest to the newest.
      for (let number = Math.ceil(total / pageSize); number >= 1 && newest.length < longestRange; number--) {
        const { commits } = number === 1 ? first : await page(number);
        newest.push(...commits.map(fromList).toReversed());
      }
      return { commits: newest, total, diverged: status === 'diverged' || status === 'behind' };
    },

    async read(repository, path, ref) {
      const found = await unlessMissing(rest.repos.getContent({ ...at(repository), path, ref }));
      if (!found) return undefined;
      const { data } = found;
      if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) throw neverRetry('InvalidInput', `${path} in ${repository} is not a file`);
      // Above 1 MB the file's own address tells everything but the content.
      const { content } = data.encoding === 'none' ? (await rest.git.getBlob({ ...at(repository), file_sha: data.sha })).data : data;
      return textOf(Buffer.from(content, 'base64'), `${path} in ${repository}`);
    },

    async list(repository, folder, ref) {
      const found = await unlessMissing(rest.repos.getContent({ ...at(repository), path: folder, ref }));
      if (!found) return undefined;
      const { data } = found;
      if (!Array.isArray(data)) throw neverRetry('InvalidInput', `${folder} in ${repository} is not a folder`);
      if (data.length >= mostListed) throw neverRetry('InvalidInput', `${folder} in ${repository} holds more than GitHub lists (${mostListed})`);
      return data.filter(({ type }) => type === 'file').map(({ path }) => path);
    },
  };
}

interface ChangedFile {
  readonly filename: string;
  readonly status: string;
  readonly previous_filename?: string;
}

/** A moved file is gone from where it was; a copied one is still there. */
function changedPaths(files: readonly ChangedFile[]): readonly string[] {
  return files.flatMap(({ filename, status, previous_filename: from }) => (status === 'renamed' && from !== undefined ? [filename, from] : [filename]));
}

/** Bytes as they are, or not at all: what is no UTF-8 would come out as something else. */
function textOf(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw neverRetry('InvalidInput', `${what} is not UTF-8`);
  }
}

/** As `git patch-id`: neither line numbers nor white space count. Nothing where a file's text is not told. */
function patchOf(files: readonly { readonly filename: string; readonly patch?: string }[]): string | undefined {
  if (files.length === 0 || files.length >= filesInOneAnswer || files.some(({ patch }) => patch === undefined)) return undefined;
  const hash = createHash('sha256');
  for (const { filename, patch = '' } of files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1))) {
    hash.update(`${filename}\n${patch.replaceAll(/^@@.*$/gm, '').replaceAll(/\s/g, '')}\n`);
  }
  return hash.digest('hex');
}
