/**
 * Imported for its effect: it is noon in the file that imports it, and in those that run together with it, and time
 * goes on from there. So none of its tests begins on one day and ends on the next.
 */
const real = Date.now;
const ahead = new Date(real()).setHours(12, 0, 0, 0) - real();
Date.now = () => real() + ahead;
