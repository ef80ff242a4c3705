import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { databaseName } from '../../lambda/environment';
import type { Environment } from '../environments';

export interface CatalogProps {
  readonly environment: Environment;
}

/** The Glue database whose tables follow the pointers of the lake. */
export class Catalog extends Construct {
  readonly databaseName: string;

  constructor(scope: Construct, id: string, { environment }: CatalogProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.databaseName = databaseName(environment.name);
    new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: {
        name: this.databaseName,
        description: `What baseload-${environment.name} has published`,
      },
    });
  }

  /** Allows making the tables of this database, and pointing them at a published run. */
  mayFollow(): PolicyStatement {
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName?: string) =>
      stack.formatArn({
        service: 'glue',
        resource,
        ...(resourceName === undefined ? {} : { resourceName }),
        arnFormat: resourceName === undefined ? ArnFormat.NO_RESOURCE_NAME : ArnFormat.SLASH_RESOURCE_NAME,
      });
    return new PolicyStatement({
      actions: ['glue:GetTable', 'glue:CreateTable', 'glue:UpdateTable'],
      // Glue asks for the catalog and the database beside the table.
      resources: [arn('catalog'), arn('database', this.databaseName), arn('table', `${this.databaseName}/*`)],
    });
  }
}
