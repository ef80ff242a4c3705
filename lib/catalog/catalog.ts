import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { databaseName } from '../../lambda/environment';
import type { Environment } from '../environments';
import { QueryWorkGroup } from './query-work-group';

export interface CatalogProps {
  readonly environment: Environment;
  /** Keeps who asked for which object. @default nobody does */
  readonly accessLogs?: IBucket | undefined;
}

/**
 * The Glue database whose tables follow the pointers of the lake, and what queries of Athena need. The tables are made and changed by the
 * reconcile function alone: one in the template would be set back at a deploy. They go with the stack, since their database's name is
 * fixed and one left behind would be in the way; the lake has everything that they say.
 */
export class Catalog extends Construct {
  readonly databaseName: string;
  /** Name of Athena's workgroup. */
  readonly workGroupName: string;

  constructor(scope: Construct, id: string, { environment, accessLogs }: CatalogProps) {
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
    this.workGroupName = new QueryWorkGroup(this, 'Queries', { environment, accessLogs }).workGroupName;
  }

  /**
   * Allows making the tables of this database, and pointing them at a published run. A call needs permission on the table, the database and the
   * catalog ("Specifying AWS Glue resource ARNs"), and none on the files that the table is pointed at.
   */
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
      resources: [arn('catalog'), arn('database', this.databaseName), arn('table', `${this.databaseName}/*`)],
    });
  }
}
