/** Hours and minutes, as they are typed. */
export const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
