/** Resource types that local mode brings to life. */
export const localTypes: ReadonlySet<string> = new Set([
  'AWS::Events::EventBus',
  'AWS::Glue::Database',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
]);

/**
 * Resource types without effect on what a run does on a laptop: they watch, keep logs, or guard what others may reach.
 * Any other type is refused, so that local mode never runs half of a template and looks as if it ran all.
 */
export const irrelevantTypes: ReadonlySet<string> = new Set([
  // Queries wait for AWS; `baseload query` reads the same files.
  'AWS::Athena::WorkGroup',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  // The events can be looked at; what a rule starts is outside of the stack.
  'AWS::Events::Rule',
  // Retries of asynchronous invocations; the invocations of local mode are awaited, and who asked decides.
  'AWS::Lambda::EventInvokeConfig',
  // The project's own node_modules stands in for the layer.
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
]);
