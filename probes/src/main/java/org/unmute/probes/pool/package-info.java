/**
 * Probes: pooling of frozen token maps with a classifier on top. To score recordings, start at {@link
 * org.unmute.probes.pool.TrainedProbe#open}; to train, create a probe with {@link org.unmute.probes.pool.Probes} and
 * pass it to {@link org.unmute.probes.train.ProbeTrainer}; to add a probe, see {@link
 * org.unmute.probes.pool.ProbeProvider}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.probes.pool;

import org.jspecify.annotations.NullMarked;
