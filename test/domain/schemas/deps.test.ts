import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rewriteSchemaDeps } from '../../../domain/schemas/deps.ts';

const old = { url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.2.1093.tar.gz', sha256: '1'.repeat(64) };
const archive = { url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.3.4444.tar.gz', sha256: 'a'.repeat(64) };

const file = (rule: string) => `"""
The schemas: http_file(name = "schemas_archive", urls = ["not here"], sha256 = "nor here").
"""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_file")

def schema_deps():
    # http_file(name = "schemas_archive", urls = ["${old.url}"], sha256 = "${old.sha256}")
    http_file(
        name = "other_archive",
        urls = ["${old.url}"],
        sha256 = "${old.sha256}",
    )
${rule}
    http_archive(name = "schemas_archive", urls = ["${old.url}"], sha256 = "${old.sha256}")
`;

const plain = `    http_file(
        name = "schemas_archive",
        urls = ["${old.url}"],  # never by hand
        sha256 = "${old.sha256}",
    )`;

const updated = (text: string) => text.replaceAll(old.url, archive.url).replaceAll(old.sha256, archive.sha256);

describe('the reference to the schemas archive', () => {
  it.each([
    ['as Bazel formats it', plain],
    ['in one line, in another order', `    http_file(sha256="${old.sha256}",urls=["${old.url}",],name="schemas_archive")`],
    ['in single quotes', `    http_file(name = 'schemas_archive', urls = ['${old.url}'], sha256 = '${old.sha256}')`],
    ['in long quotes', `    http_file(name = """schemas_archive""", urls = ["""${old.url}"""], sha256 = r"${old.sha256}")`],
    ['with comments, brackets and quotes all around', `    http_file(  # ) urls = ["x"]\n name = "schemas_archive", # "\n meta = {"urls": ["x", ("y")], "sha256": ")"},\n urls = [ # [\n"${old.url}" # ]\n], sha256 = # '\n"${old.sha256}")`],
    ['after another call on the same line', `    foo("http_file("); http_file(name = "schemas_archive", urls = ["${old.url}"], sha256 = "${old.sha256}")`],
  ])('is rewritten %s, and nothing else is', (_, rule) => {
    expect(rewriteSchemaDeps(file(rule), archive)).toEqual({ kind: 'rewritten', text: file(updated(rule)), before: old });
  });

  it('is left alone when it is right already', () => {
    expect(rewriteSchemaDeps(file(updated(plain)), archive)).toEqual({ kind: 'unchanged' });
  });

  it('can be turned back to what it was', () => {
    const there = rewriteSchemaDeps(file(plain), archive);
    expect(there.kind === 'rewritten' && rewriteSchemaDeps(there.text, there.before)).toMatchObject({ kind: 'rewritten', text: file(plain) });
  });

  it.each([
    ['missing', '', 'there is no http_file(name = "schemas_archive")'],
    ['there twice', `${plain}\n${plain}`, 'there are 2'],
    ['a variable', plain.replace(`["${old.url}"]`, 'URLS'), 'not a list of one string'],
    ['two mirrors', plain.replace(`["${old.url}"]`, `["${old.url}", "https://mirror"]`), 'not a list of one string'],
    ['put together', plain.replace(`"${old.url}"`, `BASE + "x"`), 'not a list of one string'],
    ['a comprehension', plain.replace(`["${old.url}"]`, '["x" for x in y]'), 'not a list of one string'],
    ['an empty list', plain.replace(`["${old.url}"]`, '[]'), 'not a list of one string'],
    ['without urls', plain.replace('urls =', 'url ='), 'not a list of one string'],
    ['without sha256', plain.replace('sha256 =', 'integrity ='), 'the sha256'],
    ['a call of another object', plain.replace('http_file', 'rules.http_file'), 'there is no'],
    ['a definition', `${plain.replace('http_file', 'def http_file')}: pass`, 'there is no'],
  ])('is refused when it is %s', (_, rule, reason) => {
    expect(rewriteSchemaDeps(file(rule), archive)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });

  it.each([
    { ...archive, url: 'https://x/"], sha256 = "' },
    { ...archive, url: 'https://x/\\' },
    { ...archive, url: 'https://x/\ny' },
    { ...archive, url: "https://x/'" },
    { ...archive, url: 'schemas.tar.gz' },
    { ...archive, sha256: 'A'.repeat(64) },
    { ...archive, sha256: '' },
  ])('never takes a value that could leave its quotes: %j', (bad) => {
    expect(rewriteSchemaDeps(file(plain), bad)).toMatchObject({ kind: 'refused' });
  });

  it('never changes a character outside of the two literals, however the file is spoilt', () => {
    const whole = file(plain);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), fc.stringMatching(/^[[\](){}'"#\\,=a-z\n ]*$/), (at, length, noise) => {
        const spoilt = whole.slice(0, at) + noise + whole.slice(at + length);
        const result = rewriteSchemaDeps(spoilt, archive);
        if (result.kind !== 'rewritten') return;
        const parts = result.text.split(/(a{64}|https:\/\/storage\.googleapis\.com\/schemas-migrations\/dist\/schemas-v5\.3\.4444\.tar\.gz)/);
        const rest = parts.filter((_, index) => index % 2 === 0);
        expect(rest).toHaveLength(3);
        const [first = '', second = '', third = ''] = rest;
        expect(spoilt.startsWith(first) && spoilt.endsWith(third) && spoilt.includes(second)).toBe(true);
        expect(result.text.length - spoilt.length).toBe(archive.url.length + archive.sha256.length - result.before.url.length - result.before.sha256.length);
      }),
      { numRuns: 3_000 },
    );
  });
});
