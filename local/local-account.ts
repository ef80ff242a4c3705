/** Account that everything local lives in. */
export const localAccount = '000000000000';

/** Region that everything local lives in. */
export const localRegion = 'eu-central-1';
