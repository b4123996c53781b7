package org.unmute.events.detection;

import java.io.Serializable;
import org.unmute.audio.playback.Speed;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/**
 * How much of the sound around a moment its scores come from.
 *
 * @param context length of the stretch around a moment that is scored as if it were a clip, in seconds, from 0 (a
 *     single row) to 600; null: that of the thresholds that the probe learned, else {@link
 *     FrameScorer#CONTEXT_SECONDS}
 * @param stride from one stretch to the next, in seconds, above 0 and at most 600; null: that of the thresholds that
 *     the probe learned, else {@link FrameScorer#STRIDE_SECONDS}
 */
public record ContextSeconds(Double context, Double stride) implements Serializable {
    /** The defaults. */
    public static final ContextSeconds DEFAULTS = new ContextSeconds(null, null);

    private static final double MAX_SECONDS = 600;

    /**
     * A scorer of rows.
     *
     * @param times       of the encoder's rows
     * @param calibration applied to all scores, or null
     * @throws SettingsException if a value is out of range
     */
    public FrameScorer scorer(TrainedProbe probe, RowTimes times, ScoreCalibration calibration) {
        if (context != null && !(context >= 0 && context <= MAX_SECONDS)) {
            throw new SettingsException("--context must be 0 to " + MAX_SECONDS + " seconds, is " + context);
        }
        if (stride != null && !(stride > 0 && stride <= MAX_SECONDS)) {
            throw new SettingsException(
                    "--stride must be above 0 and at most " + MAX_SECONDS + " seconds, is " + stride);
        }
        return FrameScorer.of(
                probe, times, contextFor(probe, times.speed()), strideFor(probe, times.speed()), calibration);
    }

    /**
     * The context in seconds for a probe.
     *
     * @param speed at which recordings are played to the encoder
     */
    public double contextFor(TrainedProbe probe, Speed speed) {
        return context != null ? context : FrameScorer.contextSeconds(probe, speed);
    }

    /**
     * The context in seconds for a probe of clips that is to be trained.
     *
     * @param speed at which recordings are played to the encoder
     */
    public double contextOrDefault(Speed speed) {
        return context != null ? context : speed.recorded(FrameScorer.CONTEXT_SECONDS);
    }

    /**
     * The stride in seconds for a probe.
     *
     * @param speed at which recordings are played to the encoder
     */
    public double strideFor(TrainedProbe probe, Speed speed) {
        EventDecisions learned = probe.eventDecisions();
        return stride != null
                ? stride
                : learned != null ? learned.stretches().stride() : speed.recorded(FrameScorer.STRIDE_SECONDS);
    }

    /** Whether a stride was given that such a scorer has no use for. */
    public boolean isStrideIdle(FrameScorer scorer) {
        return stride != null && scorer.isByRow();
    }
}
