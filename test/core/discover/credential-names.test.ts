import { isClearlyCredential, isCredentialName } from '../../../core/discover/credential-names';

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

describe('names that are clearly those of credentials', () => {
  test.each(
    `api_key apiKey apikey X-Api-Key DD-APPLICATION-KEY X-Access-Token access_token X-Auth-Token PRIVATE-TOKEN client_secret password
    X-Api-Secret Ocp-Apim-Subscription-Key hapikey jwt oauth_token refresh_token passwd passphrase X-Session-Token secret`.split(
      /\s+/,
    ),
  )('%s', (name) => expect([isClearlyCredential(name), isCredentialName(name)]).toEqual([true, true]));

  test.each(
    `key token session sid sig auth pass user_key id_key pageToken nextPageToken sort_key continuation_token cursor cookie signature
    account_key author token_type key_type primary_key q page`.split(/\s+/),
  )('%s only may be one', (name) => expect(isClearlyCredential(name)).toBe(false));
});
