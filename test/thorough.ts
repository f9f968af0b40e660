/**
 * Whether every case is tried, and as many random ones as once found faults: `THOROUGH=1 npm test`, before a release and after a
 * change of what such a test holds. Otherwise tests of many like cases try fewer of them, so that everybody's run stays short.
 */
export const THOROUGH = process.env.THOROUGH === '1';
