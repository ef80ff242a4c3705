import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Architecture, Code, type CodeConfig, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { duckdbPackages } from './duckdb-packages';
import { projectRoot } from './project-root';

/** What makes the ZIP file; relative to the project's folder, which is where the CDK CLI runs. */
const builder = 'lib/function/build-duckdb-layer.ts';

/** Whatever determines the ZIP file's content. */
const ingredients = [builder, 'lib/function/duckdb-packages.ts', 'lib/function/zip.ts'];

/**
 * DuckDB's native binding for Lambda, under /opt/nodejs/node_modules. It is 60 MB for another platform than the
 * one that deploys, so nothing is installed or packed at synth: the asset is a command that the CDK CLI runs
 * when it publishes an asset that is not in the bucket yet.
 */
export class DuckdbLayer extends LayerVersion {
  constructor(scope: Construct, id: string) {
    const { version, packageLock } = duckdbPackages();
    super(scope, id, {
      code: new PublishedCode(['node', '--import', 'tsx', builder], hashOf(packageLock)),
      description: `DuckDB's native binding ${version}, linux-arm64`,
      compatibleArchitectures: [Architecture.ARM_64],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      license: 'MIT',
    });
  }
}

/** Code that a command makes at the time of publishing; the command prints the path of a ZIP file. */
class PublishedCode extends Code {
  constructor(
    private readonly command: readonly string[],
    private readonly sourceHash: string,
  ) {
    super();
  }

  bind(scope: Construct): CodeConfig {
    const { bucketName, objectKey } = Stack.of(scope).synthesizer.addFileAsset({
      executable: [...this.command],
      sourceHash: this.sourceHash,
      displayName: scope.node.path,
    });
    return { s3Location: { bucketName, objectKey } };
  }
}

function hashOf(packageLock: string): string {
  const hash = createHash('sha256').update(packageLock);
  for (const file of ingredients) hash.update(readFileSync(join(projectRoot, file)));
  return hash.digest('hex');
}
