export const token = $state({ value: 1 });
