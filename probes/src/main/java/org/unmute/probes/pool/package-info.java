/**
 * Probes: pooling of frozen token maps and a classifier on top. To score recordings, start at {@link
 * org.unmute.probes.pool.TrainedProbe#open}; to train, make a probe with {@link org.unmute.probes.pool.Probes} and hand
 * it to {@link org.unmute.probes.train.ProbeTrainer}; to add a probe, see {@link
 * org.unmute.probes.pool.ProbeProvider}.
 */
package org.unmute.probes.pool;
