import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { downloadTemporal } from './temporal-download.mjs';
import { versions } from '../versions.mjs';

const version = versions['time-skipping-server'];
const PROGRAM = 'temporal-test-server';

/** Temporal's test server, in which a soak of a week takes a moment. The official build is native, ours from Maven runs on Java. */
export const timeSkippingServer = cachedPart({
  name: 'time-skipping-server',
  title: "Temporal's time-skipping server",
  version,
  sources: [
    {
      name: 'official download',
      async fill(folder) {
        await rename(join(folder, await downloadTemporal({ artifact: 'temporal-test-server', version, folder })), join(folder, PROGRAM));
      },
    },
    {
      name: 'Maven',
      effort: 'downloading with Maven, about half a minute',
      needs: 'Java 11 or later and Maven (Debian: maven)',
      fill: installWithMaven,
    },
  ],
  paths: (folder) => join(folder, PROGRAM),
  // It knows no `--version`; without a port it prints its usage and ends with 0.
  check: (program) => run(program, [], { timeoutMs: 20_000 }),
});

/** @param {string} folder */
async function installWithMaven(folder) {
  await writeFile(join(folder, 'pom.xml'), projectThatNeedsTheServer());
  await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'], { cwd: folder });
  const wrapper = '#!/bin/sh\nexec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"\n';
  await writeFile(join(folder, PROGRAM), wrapper);
  await chmod(join(folder, PROGRAM), 0o755);
}

function projectThatNeedsTheServer() {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>slipway</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
}
