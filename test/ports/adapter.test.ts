import { describe, expect, test } from 'vitest';
import { connectAdapter, settings } from '../../ports/adapter.ts';
import * as chats from '../../ports/chat/index.ts';
import * as forges from '../../ports/forge/index.ts';
import { z } from 'zod';

describe('an adapter', () => {
  test('is known by its name in the barrel', () => {
    expect(connectAdapter('forge', forges, 'github', { GITHUB_TOKEN: 'token' })).toHaveProperty('pullRequests');
    expect(connectAdapter('chat', chats, 'slack', { SLACK_TOKEN: 'xoxb-token' })).toHaveProperty('post');
  });

  test('that is unknown is told with the one that was meant', () => {
    expect(() => connectAdapter('forge', forges, 'gihtub', {})).toThrow('unknown forge "gihtub": did you mean "github"? Known: github');
    expect(() => connectAdapter('forge', forges, 'toString', {})).toThrow('unknown forge "toString"');
  });

  test('names what its environment lacks', () => {
    expect(() => connectAdapter('forge', forges, 'github', {})).toThrow('GITHUB_TOKEN');
    expect(() => connectAdapter('chat', chats, 'slack', { SLACK_TOKEN: '' })).toThrow('SLACK_TOKEN');
    expect(() => connectAdapter('forge', forges, 'github', { GITHUB_TOKEN: 't', GITHUB_API_URL: 'github' })).toThrow('GITHUB_API_URL');
  });

  test('never shows a wrong value, which may be a secret', () => {
    const thrown = () => settings({ TOKEN: 'secret-token' }, { TOKEN: z.string().min(99) });
    expect(thrown).toThrow('TOKEN');
    expect(thrown).not.toThrow('secret-token');
  });
});
