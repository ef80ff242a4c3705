/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Against what hangs; a busy machine takes its time over the property tests
  testTimeout: 120_000,
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  // These are ES modules only
  transformIgnorePatterns: [
    '/cdk\\.out',
    '/node_modules/(?!(hyparquet|hyparquet-compressors|hysnappy|echarts|zrender)/)',
  ],
  setupFiles: ['<rootDir>/test/setup.js'],
  setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
  collectCoverageFrom: ['{core,aws,lambda,lib,local,cli}/**/*.ts'],
  coverageProvider: 'v8',
};
