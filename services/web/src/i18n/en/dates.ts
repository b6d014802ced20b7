/**
 * What people write when they type a date or a time, in small letters: for the grammar in `time/typed`. Another
 * language has a table of its own; where it has no word for something, an empty list.
 */
export const dates = {
  /** May be left out. */
  fillers: ["on", "at", "by", "the", "of", "this", "coming", "in the", "o'clock", "@"],
  /** Days from today. */
  days: { today: 0, tod: 0, tomorrow: 1, tmrw: 1, tmr: 1, tom: 1, "day after tomorrow": 2, yesterday: -1 },
  /** Sunday first. */
  weekdays: [
    ["sunday", "sun"],
    ["monday", "mon"],
    ["tuesday", "tues", "tue"],
    ["wednesday", "weds", "wed"],
    ["thursday", "thurs", "thur", "thu"],
    ["friday", "fri"],
    ["saturday", "sat"],
  ],
  months: [
    ["january", "jan"],
    ["february", "feb"],
    ["march", "mar"],
    ["april", "apr"],
    ["may"],
    ["june", "jun"],
    ["july", "jul"],
    ["august", "aug"],
    ["september", "sept", "sep"],
    ["october", "oct"],
    ["november", "nov"],
    ["december", "dec"],
  ],
  /** Times of day that have a name. */
  times: {
    "end of the day": "17:00",
    "end of day": "17:00",
    eod: "17:00",
    noon: "12:00",
    midday: "12:00",
    midnight: "00:00",
    morning: "09:00",
    afternoon: "14:00",
    evening: "18:00",
  },
  /** A day and a time in one. */
  tonight: { tonight: "20:00" },
  numbers: { a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twelve: 12 },
  /** Before an amount: "in 2 weeks". */
  in: ["in", "+"],
  /** Behind an amount, and without a meaning of their own: "2 weeks from now". */
  later: ["from now", "from today", "later"],
  next: ["next"],
  units: {
    minute: ["minutes", "minute", "mins", "min", "m"],
    hour: ["hours", "hour", "hrs", "hr", "h"],
    day: ["days", "day", "d"],
    week: ["weeks", "week", "wks", "wk", "w"],
    month: ["months", "month", "mo"],
    year: ["years", "year", "yrs", "yr", "y"],
    workingDay: ["working days", "working day", "workdays", "workday", "business days", "business day", "wd"],
  },
  endOfMonth: ["end of the month", "end of month", "eom"],
  /** Behind the number of a day, joined to it: "the 5th". */
  ordinals: ["st", "nd", "rd", "th"],
  am: ["am", "a.m.", "a"],
  pm: ["pm", "p.m.", "p"],
  /** Between a number and its minutes: "15h30". */
  hourSign: ["h"],
  /** Before an hour that stands alone: "at 9". */
  at: ["at", "@"],
};
