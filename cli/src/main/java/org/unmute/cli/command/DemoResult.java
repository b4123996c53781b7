package org.unmute.cli.command;

import org.unmute.cli.probe.Scoring;
import org.unmute.probes.pool.TrainedProbe;

/**
 * The results of one probe in the demo.
 *
 * @param name the probe's name
 * @param first the probe of the first seed
 * @param scores its scores, {@code [test clips][classes]}
 * @param scoring metrics over all seeds
 */
record DemoResult(String name, TrainedProbe first, float[][] scores, Scoring scoring) {
    /** Number of trained parameters. */
    long parameters() {
        return first.probe().parameters().values().stream()
                .mapToLong(t -> t.shape().elements())
                .sum();
    }
}
