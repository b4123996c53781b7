package org.unmute.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.experiments.SettingsException;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;
import org.unmute.spark.plan.EmbedOptions;
import picocli.CommandLine.Option;

/** Options that select an encoder and its front end, with the names that {@code unmute embed} has for them. */
final class EncoderArguments {
    private static final int FRAMES_PER_SECOND = 100;
    private static final int MAX_FRAMES = 100_000;

    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            defaultValue = EmbedOptions.EMBEDDED,
            description = "Checkpoint of the encoder, a path or a URI that Hadoop opens; '" + EmbedOptions.EMBEDDED
                    + "' is the small one in the program (default: ${DEFAULT-VALUE}).")
    private String encoder;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Kind of encoder, if the file's tensors do not determine it.")
    private String model;

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "Frames per window, 10 ms each (default: the authors').")
    private Integer frames;

    @Option(names = "--window", paramLabel = "SECONDS", description = "The same in seconds, a multiple of 0.01.")
    private Double window;

    @Option(
            names = "--norm",
            paramLabel = "PRESET",
            description = "Statistics of a data set in place of the pre-training data's.")
    private String norm;

    @Option(
            names = "--norm-mean",
            paramLabel = "X",
            description = "Mean of the log mel energies (default: the authors').")
    private Double mean;

    @Option(names = "--norm-std", paramLabel = "X", description = "Their standard deviation (default: the authors').")
    private Double std;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads (default: the authors').")
    private Integer heads;

    @Option(
            names = "--encoder-rate",
            paramLabel = "HZ",
            description = "Sample rate of the front end, for encoders that are used with several.")
    private Integer rate;

    @Option(
            names = "--hop",
            paramLabel = "SECONDS",
            description = "From the start of one window of a long recording to the next (default: windows follow each"
                    + " other).")
    private Double hop;

    @Option(
            names = "--front-end",
            paramLabel = "NAME",
            defaultValue = "authors",
            description = "Whose preprocessing to use: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private FrontEndSource frontEnd;

    @Option(
            names = "--config",
            paramLabel = "KEY=VALUE",
            description = "An entry of the model's configuration, for a file without one; may be repeated.")
    private Map<String, String> config = new LinkedHashMap<>();

    /**
     * The options with the encoder and its settings.
     *
     * @throws SettingsException if a value is out of range, or two options say the same
     */
    EmbedOptions options() {
        atLeastOne("--heads", heads);
        atLeastOne("--encoder-rate", rate);
        atLeastOne("--frames", frames);
        positive("--norm-std", std);
        positive("--hop", hop);
        if (mean != null && !Double.isFinite(mean)) {
            throw new SettingsException("--norm-mean must be a number, is " + mean);
        }
        EncoderSettings settings = new EncoderSettings(
                model == null ? "" : model,
                windowFrames(),
                mean == null ? Double.NaN : mean,
                std == null ? Double.NaN : std,
                heads == null ? 0 : heads,
                rate == null ? 0 : rate,
                hop == null ? 0 : hop,
                frontEnd,
                config);
        return EmbedOptions.of(encoder).withEncoderSettings(settings, norm);
    }

    private int windowFrames() {
        if (window == null) {
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
