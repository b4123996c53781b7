/**
 * Probes: pooling of frozen token maps and a linear classifier on top; one file a probe. To score recordings, start at
 * {@link org.unmute.probes.pool.TrainedProbe#open}; to train, make a probe with {@link org.unmute.probes.pool.Probes}
 * and hand it to {@link org.unmute.probes.train.ProbeTrainer}.
 */
package org.unmute.probes.pool;
