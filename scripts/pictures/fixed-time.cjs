// Preloaded into the lab whose pictures are taken: every thread of it always has the same time, so that ages and times are
// the same in every picture. Timers go on.
const now = Number(process.env.PICTURES_NOW);
Date.now = () => now;
