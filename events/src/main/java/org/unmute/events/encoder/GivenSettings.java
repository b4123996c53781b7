package org.unmute.events.encoder;

import java.util.List;
import java.util.Map;
import org.unmute.audio.playback.Speed;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;

/**
 * Encoder settings as given by command-line options; null for options that are not given.
 *
 * @param model {@code --model}
 * @param frames {@code --frames} per window, 10 ms each
 * @param window {@code --window}, length of a window in seconds
 * @param mean {@code --encoder-set norm-mean}
 * @param std {@code --encoder-set norm-std}
 * @param heads {@code --encoder-set heads}
 * @param rate {@code --encoder-set encoder-rate}, in Hz
 * @param hop {@code --hop}, in seconds
 * @param frontEnd {@code --encoder-set front-end}, never null
 * @param config other keys of {@code --encoder-set}, never null
 * @param speed {@code --speed}
 */
public record GivenSettings(
        String model,
        Integer frames,
        Double window,
        Double mean,
        Double std,
        Integer heads,
        Integer rate,
        Double hop,
        FrontEndSource frontEnd,
        Map<String, String> config,
        String speed) {
    /** Settings of every encoder that are given by key, as records name them; other keys are of its configuration. */
    public static final List<String> KEYS = List.of("norm-mean", "norm-std", "heads", "encoder-rate", "front-end");
    /** Frames per second of {@code --window}. */
    public static final int FRAMES_PER_SECOND = 100;
    /** More frames than any encoder takes at once. */
    private static final int MAX_FRAMES = 100_000;

    /**
     * Converts the options to settings.
     *
     * @throws SettingsException if a value is out of range, or two options set the same value
     */
    public EncoderSettings settings() {
        atLeastOne("heads", heads);
        atLeastOne("encoder-rate", rate);
        positive("norm-std", std);
        positive("--hop", hop);
        if (mean != null && !Double.isFinite(mean)) {
            throw new SettingsException("norm-mean must be a number, is " + mean);
        }
        return new EncoderSettings(
                model == null ? "" : model,
                frames(frames, window),
                mean == null ? Double.NaN : mean,
                std == null ? Double.NaN : std,
                heads == null ? 0 : heads,
                rate == null ? 0 : rate,
                hop == null ? 0 : hop,
                frontEnd,
                config,
                speed(speed));
    }

    /**
     * Frames per window; 0 for the authors' value.
     *
     * @param frames {@code --frames}, or null
     * @param window {@code --window}, in seconds, or null
     * @throws SettingsException if the value is out of range, or both are given
     */
    public static int frames(Integer frames, Double window) {
        if (window == null) {
            atLeastOne("--frames", frames);
            return frames == null ? 0 : frames;
        }
        if (frames != null) {
            throw new SettingsException("--window and --frames both state the window: leave one out");
        }
        double exact = window * FRAMES_PER_SECOND;
        if (!(exact >= 0.5 && exact <= MAX_FRAMES) || Math.abs(exact - Math.round(exact)) > 1e-6) {
            throw new SettingsException("--window is a multiple of 0.01 s, the length of a frame, from 0.01 to "
                    + MAX_FRAMES / FRAMES_PER_SECOND + " s, not " + window
                    + ": longer recordings are cut into windows");
        }
        return (int) Math.round(exact);
    }

    /**
     * The speed of recordings, by default the one at which they were made.
     *
     * @param text {@code --speed}, or null
     * @throws SettingsException if it is no speed
     */
    public static Speed speed(String text) {
        try {
            return text == null ? Speed.NORMAL : Speed.parse(text);
        } catch (IllegalArgumentException e) {
            throw new SettingsException("--speed: " + e.getMessage(), e);
        }
    }

    private static void positive(String option, Double value) {
        if (value != null && !(value > 0 && Double.isFinite(value))) {
            throw new SettingsException(option + " must be a positive number, is " + value);
        }
    }

    private static void atLeastOne(String option, Integer value) {
        if (value != null && value < 1) {
            throw new SettingsException(option + " must be at least 1, is " + value);
        }
    }
}
