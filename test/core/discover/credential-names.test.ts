import { isCredentialName } from '../../../core/discover/credential-names';

describe('names of credentials', () => {
  test.each(
    `X-Shopify-Access-Token X-Access-Token Api-Token X-Figma-Token X-Vault-Token DD-APPLICATION-KEY DD-API-KEY X-Api-Secret
    X-Redmine-API-Key Circle-Token Authorization Proxy-Authorization X-Auth-Key Cookie Ocp-Apim-Subscription-Key PRIVATE-TOKEN
    X-Amz-Signature X-Amz-Security-Token X-Amz-Credential AWSAccessKeyId hapikey api_token apiToken auth_key user_key userkey pass oauth_token
    refresh_token id_token x-api-token account_key license_key login_token sas sid sig serviceKey api_key apikey APIKey api-key app_id appid
    access_token token key secret client_secret password passwd pwd passphrase userPass signature jwt bearer session session_id
    sessionId PHPSESSID JSESSIONID auth auth[token] oauth_signature X-Session-Token private_key apiKeys credentials`.split(
      /\s+/,
    ),
  )('%s', (name) => expect(isCredentialName(name)).toBe(true));

  test.each(
    `page_token pageToken nextToken next_page_token nextPageToken pagetoken continuationToken continuation_token $skiptoken syncToken
    resumptionToken scroll_token keyword keywords sort_key sortKey partitionKey startKey start_key exclusiveStartKey monkey turkey author
    author_id authors authority design assigned signal side residence president passenger compass bypass kansas disaster possession
    page per_page limit offset cursor q status Accept-Language If-None-Match X-Request-Id token_type project_key key_type keys`.split(
      /\s+/,
    ),
  )('%s is none', (name) => expect(isCredentialName(name)).toBe(false));
});
