import type { Repository } from '../../code/repository.ts';

/**
 * A text without a way to the security repository: links to its commits lead to the public one, where they are by then. Its pull requests and
 * issues are nowhere else: of those only the words stay.
 */
export function publicText(text: string, security: Repository, canonical: Repository): string {
  const name = security.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) + String.raw`(?![\w-])`;
  return text
    .replaceAll(new RegExp(String.raw`\[([^\]]*)\]\((?:https?://[^\s)]*/)?${name}(?:/(?:-/)?(?:pull|issues|merge_requests)/\d+[^\s)]*|[#!]\d+)\)`, 'gi'), '$1')
    .replaceAll(new RegExp(String.raw`(?:https?://\S*/)?${name}(?:/(?:-/)?(?:pull|issues|merge_requests)/\d+|[#!]\d+)`, 'gi'), 'a security fix')
    .replaceAll(new RegExp(name, 'gi'), canonical);
}
